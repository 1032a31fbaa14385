import { createHash } from "node:crypto";

/** Content address of the OCI image specification: algorithm and lower-case hex. Only sha256 is produced. */
export type Digest = `sha256:${string}`;

/** sha256 digest of bytes (a string is taken as UTF-8). */
export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** True for `sha256:` followed by 64 lower-case hex digits. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
