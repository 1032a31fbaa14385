import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Clock, type Digest, EpicubeError, isDigest } from "@epicube/core";
import type { Descriptor } from "../descriptor/descriptor.js";
import { MEDIA_TYPES } from "../descriptor/media-types.js";
import { encodeDocument, type ImageIndex, MAX_DOCUMENT_BYTES, parseIndex } from "../manifest/manifest.js";
import type { ByteSource } from "../tar/entry.js";
import { diskError, replaceFile, syncFolder, writeNewFile } from "./files.js";
import { acquireLock } from "./lock.js";

/** Annotation of a descriptor in `index.json` that names an image. */
export const REF_NAME = "org.opencontainers.image.ref.name";

/** Our own folder in a layout: lock, unfinished blobs, caches. Other programs leave it alone. */
export const WORK_FOLDER = ".epicube";

/** What {@link openImageLayout} takes. */
export interface OpenLayoutOptions {
  /** Make the layout where there is none. Default false: LAYOUT_MISSING. */
  readonly create?: boolean;
  readonly signal?: AbortSignal;
}

/** An image layout on disk, to read from. */
export interface ImageLayout {
  readonly folder: string;
  /** All images, as `index.json` lists them. */
  index(): Promise<ImageIndex>;
  /** The descriptor with this name (`org.opencontainers.image.ref.name`), or with this digest. */
  resolve(nameOrDigest: string): Promise<Descriptor | undefined>;
  /** Where a blob lies, whether it is there or not. */
  blobFile(digest: Digest): string;
  /** Bytes of a blob as it lies on disk, or undefined where there is none. */
  blobSize(digest: Digest): Promise<number | undefined>;
  /** A small blob in one piece, its digest checked. @throws EpicubeError LAYOUT_BLOB_MISSING, LAYOUT_BLOB_DAMAGED, OCI_DOCUMENT when larger than 8 MiB */
  readBlob(descriptor: Pick<Descriptor, "digest" | "size">): Promise<Uint8Array>;
  /** A blob piece by piece; the last piece is followed by LAYOUT_BLOB_DAMAGED where the digest or size is another. */
  streamBlob(descriptor: Pick<Descriptor, "digest" | "size">): AsyncIterable<Uint8Array>;
  /** Digests of all blobs that lie there, sorted. */
  blobs(): Promise<Digest[]>;
  /** Waits for the layout's one writer to be us. */
  openWriter(options?: OpenWriterOptions): Promise<ImageLayoutWriter>;
}

/** What {@link ImageLayout.openWriter} takes. */
export interface OpenWriterOptions {
  /** How long to wait for another writer, in milliseconds. Default 120,000; then LAYOUT_LOCKED. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** The one writer of a layout. Blobs come into being whole; the index is replaced as a whole, last. */
export interface ImageLayoutWriter {
  readonly layout: ImageLayout;
  /** Stores a blob. @throws EpicubeError LAYOUT_BLOB_DAMAGED where `expected` is another, LAYOUT_DISK_FULL */
  writeBlob(source: ByteSource, expected?: Partial<Pick<Descriptor, "digest" | "size">>): Promise<StoredBlob>;
  /** Replaces the index by what `change` makes of it. */
  updateIndex(change: (index: ImageIndex) => ImageIndex): Promise<void>;
  /** Names images: each replaces the one that had its name. */
  setImages(images: Iterable<{ readonly name: string; readonly descriptor: Descriptor }>): Promise<void>;
  /** Replaces a file in our own folder (a cache), as a whole. */
  writeWorkFile(name: string, content: Uint8Array): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A blob that is in the layout now. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
  /** True where it was there before. */
  readonly existed: boolean;
}

const VERSION = '{"imageLayoutVersion":"1.0.0"}';

/**
 * Opens an OCI image layout.
 *
 * @throws EpicubeError LAYOUT_MISSING, LAYOUT_VERSION, LAYOUT_NOT_WRITABLE, LAYOUT_DISK_FULL
 * @see OCI image-spec, image-layout.md
 */
export async function openImageLayout(folder: string, options: OpenLayoutOptions = {}): Promise<ImageLayout> {
  const root = resolve(folder);
  const marker = join(root, "oci-layout");
  let text = await readFile(marker, "utf8").catch(() => undefined);
  if (text === undefined) {
    if (!options.create)
      throw new EpicubeError("LAYOUT_MISSING", `${folder} is no image layout: it has no file oci-layout`, {
        help: "build or pull an image into it first",
      });
    await createLayout(root, options.signal);
    text = VERSION;
  }
  let version: unknown;
  try {
    version = (JSON.parse(text) as { imageLayoutVersion?: unknown } | null)?.imageLayoutVersion;
  } catch {
    version = undefined;
  }
  if (version !== "1.0.0") throw new EpicubeError("LAYOUT_VERSION", `${marker}: imageLayoutVersion is not 1.0.0`);
  return createReader(root);
}

async function createLayout(root: string, signal: AbortSignal | undefined): Promise<void> {
  const work = join(root, WORK_FOLDER);
  try {
    await mkdir(join(root, "blobs", "sha256"), { recursive: true });
    await mkdir(join(work, "tmp"), { recursive: true });
  } catch (error) {
    throw diskError(error, root);
  }
  // A writer of the same layout may be there first, and clears what it takes for left-overs.
  const release = await acquireLock(work, signal ? { signal } : {});
  try {
    const temp = () => join(work, "tmp", randomUUID());
    const index: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [] };
    // The marker comes last: with it the layout is complete.
    if (!(await stat(join(root, "index.json")).catch(() => undefined)))
      await replaceFile(temp(), join(root, "index.json"), encodeDocument(index));
    await replaceFile(temp(), join(root, "oci-layout"), new TextEncoder().encode(VERSION));
    await syncFolder(root);
  } finally {
    await release();
  }
}

function createReader(root: string): ImageLayout {
  const blobFile = (digest: Digest) => {
    if (!isDigest(digest)) throw new EpicubeError("OCI_DOCUMENT", "a digest is sha256: and 64 hex digits");
    return join(root, "blobs", "sha256", digest.slice("sha256:".length));
  };
  const missing = (digest: Digest) =>
    new EpicubeError("LAYOUT_BLOB_MISSING", `${root} has no blob ${digest}`, { help: "build or pull the image again" });
  const damaged = (digest: Digest, why: string) =>
    new EpicubeError("LAYOUT_BLOB_DAMAGED", `blob ${digest} of ${root} is damaged: ${why}`, {
      help: "remove the file and build or pull the image again",
    });
  const layout: ImageLayout = {
    folder: root,
    blobFile,
    async index() {
      const file = join(root, "index.json");
      const found = await stat(file).catch(() => undefined);
      if (!found) throw new EpicubeError("LAYOUT_MISSING", `${root} has no index.json`);
      if (found.size > MAX_DOCUMENT_BYTES) throw new EpicubeError("OCI_DOCUMENT", `${file} has more than ${MAX_DOCUMENT_BYTES} bytes`);
      return parseIndex(await readFile(file));
    },
    async resolve(nameOrDigest) {
      const { manifests } = await layout.index();
      if (isDigest(nameOrDigest)) return manifests.find((entry) => entry.digest === nameOrDigest);
      return manifests.find((entry) => entry.annotations?.[REF_NAME] === nameOrDigest);
    },
    async blobSize(digest) {
      const found = await stat(blobFile(digest)).catch(() => undefined);
      return found?.isFile() ? found.size : undefined;
    },
    async readBlob({ digest, size }) {
      if (size > MAX_DOCUMENT_BYTES)
        throw new EpicubeError("OCI_DOCUMENT", `blob ${digest} has ${size} bytes, more than ${MAX_DOCUMENT_BYTES}`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of layout.streamBlob({ digest, size })) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async *streamBlob({ digest, size }) {
      const file = blobFile(digest);
      const found = await stat(file).catch(() => undefined);
      if (!found) throw missing(digest);
      if (found.size !== size) throw damaged(digest, `it has ${found.size} bytes, not ${size}`);
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
      const actual = `sha256:${hash.digest("hex")}`;
      if (actual !== digest) throw damaged(digest, `its content has the digest ${actual}`);
    },
    async blobs() {
      const names = await readdir(join(root, "blobs", "sha256")).catch(() => []);
      return names
        .map((name) => `sha256:${name}`)
        .filter(isDigest)
        .sort();
    },
    openWriter: (options) => createWriter(layout, options),
  };
  return layout;
}

async function createWriter(layout: ImageLayout, options: OpenWriterOptions = {}): Promise<ImageLayoutWriter> {
  const root = layout.folder;
  const work = join(root, WORK_FOLDER);
  const tempFolder = join(work, "tmp");
  const blobs = join(root, "blobs", "sha256");
  try {
    await mkdir(tempFolder, { recursive: true });
    await mkdir(blobs, { recursive: true });
  } catch (error) {
    throw diskError(error, work);
  }
  const release = await acquireLock(work, options);
  let open = true;
  try {
    // The lock is ours, so whatever lies here is of a writer that was killed.
    for (const name of await readdir(tempFolder)) await rm(join(tempFolder, name), { recursive: true, force: true });
    for (const name of await readdir(work)) if (/^lock-/.test(name)) await dropOldLockFile(join(work, name));
  } catch (error) {
    await release();
    throw error;
  }
  const check = () => {
    if (!open) throw new EpicubeError("LAYOUT_CLOSED", "the writer of this layout was closed");
  };
  const temp = () => join(tempFolder, randomUUID());
  const close = async () => {
    if (!open) return;
    open = false;
    await release();
  };
  const writer: ImageLayoutWriter = {
    layout,
    async writeBlob(source, expected = {}) {
      check();
      const file = temp();
      const hash = createHash("sha256");
      let size = 0;
      await writeNewFile(file, source, (chunk) => {
        hash.update(chunk);
        size += chunk.length;
      });
      const digest: Digest = `sha256:${hash.digest("hex")}`;
      try {
        if ((expected.digest !== undefined && expected.digest !== digest) || (expected.size !== undefined && expected.size !== size))
          throw new EpicubeError(
            "LAYOUT_BLOB_DAMAGED",
            `content of ${size} bytes with the digest ${digest} came where ${expected.digest ?? "any digest"} of ${expected.size ?? "any"} bytes was expected`,
          );
        if ((await layout.blobSize(digest)) === size) {
          await rm(file, { force: true });
          return { digest, size, existed: true };
        }
        await rename(file, join(blobs, digest.slice("sha256:".length)));
      } catch (error) {
        await rm(file, { force: true }).catch(() => undefined);
        throw diskError(error, file);
      }
      return { digest, size, existed: false };
    },
    async updateIndex(change) {
      check();
      const next = change(await layout.index());
      // Blobs first, for good; then what names them.
      await syncFolder(blobs);
      await replaceFile(temp(), join(root, "index.json"), encodeDocument(next));
      await syncFolder(root);
    },
    async setImages(images) {
      const named = [...images].map(({ name, descriptor }) => ({
        ...descriptor,
        annotations: { ...descriptor.annotations, [REF_NAME]: name },
      }));
      const names = new Set(named.map((entry) => entry.annotations[REF_NAME]));
      await writer.updateIndex((index) => ({
        ...index,
        manifests: [...index.manifests.filter((entry) => !names.has(entry.annotations?.[REF_NAME] ?? "")), ...named].sort((a, b) => {
          const [x, y] = [a.annotations?.[REF_NAME] ?? "", b.annotations?.[REF_NAME] ?? ""];
          return x < y ? -1 : x > y ? 1 : a.digest < b.digest ? -1 : 1;
        }),
      }));
    },
    async writeWorkFile(name, content) {
      check();
      await replaceFile(temp(), join(work, name), content);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return writer;
}

/** Files of processes that were killed while they waited; a living one's is a second old at most when it matters. */
async function dropOldLockFile(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  try {
    process.kill((JSON.parse(text) as { pid: number }).pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") await rm(file, { force: true });
  }
}
