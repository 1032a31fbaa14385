import { EpicubeError } from "@epicube/core";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** Decodes text up to its first NUL (or its end: a server may leave the NUL out of a full field): UTF-8, else Latin-1. Never throws. */
export function decodeText(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const text = nul === -1 ? bytes : bytes.subarray(0, nul);
  if (text.length === 0) return "";
  try {
    return utf8.decode(text);
  } catch {
    return latin1.decode(text);
  }
}

/** Encodes text into a field of `size` bytes with a NUL at its end; cuts between characters where it does not fit. */
export function encodeText(text: string, size: number): Uint8Array {
  const field = new Uint8Array(size);
  if (size > 1) encoder.encodeInto(beforeNul(text), field.subarray(0, size - 1));
  return field;
}

/** Encodes text with its NUL, as names travel. */
export function encodeTerminated(text: string): Uint8Array {
  return encoder.encode(`${beforeNul(text)}\0`);
}

function beforeNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul === -1 ? text : text.slice(0, nul);
}

/** Longest channel name: what fits a search datagram of libca (1024 bytes with header and NUL). */
export const MAX_NAME_BYTES = 1007;

/**
 * Checks a channel name before it is sent.
 *
 * @throws EpicubeError CA_NAME_INVALID
 */
export function checkChannelName(name: string): void {
  const bytes = encoder.encode(name).length;
  if (bytes === 0) throw new EpicubeError("CA_NAME_INVALID", "a channel name is empty");
  if (bytes > MAX_NAME_BYTES) throw new EpicubeError("CA_NAME_INVALID", `a channel name has ${bytes} bytes, more than ${MAX_NAME_BYTES}`);
  if (/[\u0000-\u001f\u007f]/.test(name))
    throw new EpicubeError("CA_NAME_INVALID", `channel name ${JSON.stringify(name)} has a control character`);
}
