const NON_ASCII = /[^\0-\x7f]/;

/**
 * macLib and msi count bytes. A text with characters beyond ASCII is therefore expanded as its UTF-8 bytes, one character each, and
 * decoded at the end; ASCII stays as it is.
 */
export function toByteText(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  const bytes = new TextEncoder().encode(text);
  let result = "";
  for (let at = 0; at < bytes.length; at += 8192) result += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return result;
}

/** The reverse of {@link toByteText}. */
export function fromByteText(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
