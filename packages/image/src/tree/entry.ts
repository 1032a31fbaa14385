import type { Digest, SourceRange } from "@epicube/core";
import type { ZipEntry } from "../zip/directory.js";

/** What the kernel says of a file: another content changes at least one of them (the ctime cannot be set back). */
export interface FileStamp {
  readonly inode: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** Where the content of a planned file comes from. */
export type EntryContent =
  | { readonly kind: "text"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly file: string; readonly stamp: FileStamp }
  | {
      readonly kind: "zip";
      readonly file: string;
      readonly stamp: FileStamp /** Of the archive. */;
      readonly digest: Digest;
      readonly entry: ZipEntry;
    };

/** One entry of a layer before it is built. */
export interface PlannedEntry {
  /** As in the archive: relative, clean. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkTarget?: string;
  readonly content?: EntryContent;
  /** A folder that stands here only because something lies below it. */
  readonly implied?: boolean;
  /** Where images.yaml asks for it. */
  readonly range: SourceRange;
}
