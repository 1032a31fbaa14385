import { EpicubeError, isEpicubeError } from "@epicube/core";
import type { ByteSource } from "../tar/entry.js";
import type { Scope } from "./auth.js";
import type { BlobOutcome, BlobToWrite, ClientContext, RegistryClient, RegistryRepository } from "./client.js";
import { type RegistryResponse, shownUrl } from "./transport.js";

/** How blobs are uploaded. */
export interface UploadOptions {
  /** Blobs up to this size go in one request; larger ones in chunks that can be resumed. Default 32 MiB. */
  readonly monolithicBytes?: number;
  /** Size of a chunk, unless the registry asks for more. Default 16 MiB. */
  readonly chunkBytes?: number;
}

const MIB = 1024 * 1024;
/** More than this a registry may not ask for as the least size of a chunk. */
const MAX_CHUNK = 512 * MIB;

/** Where an upload goes on. It changes with each answer. */
interface Session {
  readonly url: URL;
  readonly minChunk: number;
}

function sessionOf(response: RegistryResponse, at: URL): Session {
  const location = response.header("location");
  if (location === undefined) throw new EpicubeError("REGISTRY_PROTOCOL", `${at.host} gives no Location for an upload`);
  const minimum = Number(response.header("oci-chunk-min-length") ?? 0);
  return {
    url: new URL(location, response.url),
    minChunk: Number.isSafeInteger(minimum) && minimum > 0 ? Math.min(minimum, MAX_CHUNK) : 0,
  };
}

/** Offset that a registry has come to, from `Range: 0-N`; undefined where it does not say. */
function offsetOf(response: RegistryResponse): number | undefined {
  const found = /^(?:bytes=)?0-(\d{1,15})$/.exec(response.header("range")?.trim() ?? "");
  return found ? Number(found[1]) + 1 : undefined;
}

/** The bytes from an offset on, at most `length` of them. */
async function* slice(source: ByteSource, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = length;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
}

/** Brings a blob into a repository: it is there, or is mounted from another, or is uploaded. */
export async function uploadBlob(
  client: RegistryClient,
  context: ClientContext,
  to: RegistryRepository,
  blob: BlobToWrite,
  mountFrom: readonly string[],
  options: UploadOptions,
  signal: AbortSignal | undefined,
): Promise<BlobOutcome> {
  const { transport, url } = context;
  const { monolithicBytes = 32 * MIB, chunkBytes = 16 * MIB } = options;
  const common = signal ? { signal } : {};
  const push: Scope = { repository: to.repository, actions: ["pull", "push"] };
  if ((await client.headBlob(to, blob.digest, common)) !== undefined) return "existed";

  let session: Session | undefined;
  for (const from of mountFrom) {
    if (from === to.repository) continue;
    const at = url(to, "blobs/uploads/");
    at.searchParams.set("mount", blob.digest);
    at.searchParams.set("from", from);
    let response: RegistryResponse;
    try {
      // Both rights in one token: a registry that sees only one answers with an upload, or with a refusal.
      response = await transport.send({
        method: "POST",
        url: at,
        scopes: [push, { repository: from, actions: ["pull"] }],
        headers: { "content-length": "0" },
        accept: [201, 202],
        ...common,
      });
    } catch (error) {
      // Not being allowed to read there is no reason not to upload here.
      if (isEpicubeError(error) && ["REGISTRY_UNAUTHORIZED", "REGISTRY_DENIED", "REGISTRY_NOT_FOUND", "REGISTRY_HTTP"].includes(error.code))
        continue;
      throw error;
    }
    await response.dump();
    if (response.status === 201) return "mounted";
    session ??= sessionOf(response, at);
  }

  const start = async (): Promise<Session> => {
    const at = url(to, "blobs/uploads/");
    const response = await transport.send({
      method: "POST",
      url: at,
      scopes: [push],
      headers: { "content-length": "0" },
      accept: [202],
      ...common,
    });
    await response.dump();
    return sessionOf(response, at);
  };
  const finish = (response: RegistryResponse) => {
    const stated = response.header("docker-content-digest");
    if (stated !== undefined && stated !== blob.digest)
      throw new EpicubeError("REGISTRY_DIGEST", `${to.registry} stored the blob as ${stated.slice(0, 100)}, not as ${blob.digest}`);
  };
  const withDigest = (at: URL) => {
    const target = new URL(at);
    target.searchParams.set("digest", blob.digest);
    return target;
  };
  const octets = { "content-type": "application/octet-stream" };

  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      session ??= await start();
      if (blob.size <= Math.max(monolithicBytes, session.minChunk)) {
        const body = { open: () => blob.open(0), sizeBytes: blob.size };
        // One try: after a broken one it is not known what the session holds, so a new one is begun.
        const response = await transport.send({
          method: "PUT",
          url: withDigest(session.url),
          scopes: [push],
          headers: octets,
          body,
          accept: [201, 204],
          retry: false,
          ...common,
        });
        await response.dump();
        finish(response);
      } else await inChunks(session);
      return "uploaded";
    } catch (error) {
      signal?.throwIfAborted();
      session = undefined;
      if (!canTryAgain(error) || ++failures >= transport.attempts) throw error;
      await transport.backOff(failures - 1, signal, error);
      // It may have arrived though the answer did not.
      if ((await client.headBlob(to, blob.digest, common)) !== undefined) return "uploaded";
    }
  }

  async function inChunks(first: Session): Promise<void> {
    let current = first;
    let offset = 0;
    let failures = 0;
    while (offset < blob.size) {
      const from = offset;
      const length = Math.min(Math.max(chunkBytes, current.minChunk), blob.size - from);
      try {
        const response = await transport.send({
          method: "PATCH",
          url: current.url,
          scopes: [push],
          headers: { ...octets, "content-range": `${from}-${from + length - 1}` },
          body: { open: () => slice(blob.open(from), length), sizeBytes: length },
          accept: [202, 204, 416],
          retry: false,
          ...common,
        });
        await response.dump();
        if (response.status === 416) throw new EpicubeError("REGISTRY_UPLOAD_OFFSET", `${to.registry} expects another part of the upload`);
        current = { ...sessionOf(response, current.url), minChunk: current.minChunk };
        // The registry's word counts where it took less than was sent.
        const reached = offsetOf(response) ?? from + length;
        if (reached <= from || reached > from + length)
          throw new EpicubeError(
            "REGISTRY_UPLOAD_OFFSET",
            `${to.registry} says the upload stands at ${reached} after ${from + length} bytes`,
          );
        offset = reached;
        failures = 0;
      } catch (error) {
        signal?.throwIfAborted();
        if (!canTryAgain(error) || ++failures >= transport.attempts) throw error;
        await transport.backOff(failures - 1, signal, error);
        const response = await transport.send({ method: "GET", url: current.url, scopes: [push], accept: [204, 200], ...common });
        await response.dump();
        if (response.header("location") !== undefined) current = { ...sessionOf(response, current.url), minChunk: current.minChunk };
        const known = offsetOf(response) ?? 0;
        if (known > blob.size)
          throw new EpicubeError("REGISTRY_PROTOCOL", `${shownUrl(current.url)} says that it holds more than was sent`);
        // `0-0` is what some registries say of an empty session: one byte more or less is settled by the digest, so it counts as empty.
        offset = known === 1 ? 0 : known;
      }
    }
    const response = await transport.send({
      method: "PUT",
      url: withDigest(current.url),
      scopes: [push],
      headers: octets,
      body: { open: () => new Uint8Array(), sizeBytes: 0 },
      accept: [201, 204],
      retry: false,
      ...common,
    });
    await response.dump();
    finish(response);
  }
}

/** Failures in transit, lost sessions and the registry's own troubles; not refusals, and not failures of the source. */
function canTryAgain(error: unknown): boolean {
  if (!isEpicubeError(error)) return false;
  if (
    error.code === "REGISTRY_UNREACHABLE" ||
    error.code === "REGISTRY_UPLOAD_OFFSET" ||
    error.code === "REGISTRY_RATE_LIMITED" ||
    error.code === "REGISTRY_NOT_FOUND"
  )
    return true;
  const status = error.context.status;
  return (
    error.code === "REGISTRY_HTTP" && typeof status === "number" && (status >= 500 || status === 408 || status === 400 || status === 416)
  );
}
