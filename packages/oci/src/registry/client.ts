import { createHash } from "node:crypto";
import { type Digest, digestOf, EpicubeError, isDigest, isEpicubeError } from "@epicube/core";
import type { Descriptor } from "../descriptor/descriptor.js";
import { MEDIA_TYPES } from "../descriptor/media-types.js";
import { MAX_DOCUMENT_BYTES } from "../manifest/manifest.js";
import type { ByteSource } from "../tar/entry.js";
import type { Scope } from "./auth.js";
import { addFallbackReferrer, type ReferrerOptions, readReferrers } from "./referrers.js";
import { createTransport, type RegistryRequest, type Transport, type TransportOptions } from "./transport.js";
import { type UploadOptions, uploadBlob } from "./upload.js";

/** How {@link createRegistryClient} works. */
export interface RegistryClientOptions extends TransportOptions, UploadOptions {
  /** Mirrors by registry: asked first, in order, for what is read; what they do not have is asked of the registry. Default none. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
}

/** A manifest or index as a registry has it. */
export interface RegistryManifest {
  readonly descriptor: Descriptor;
  readonly content: Uint8Array;
}

/** What became of a blob that was to be written. */
export type BlobOutcome = "existed" | "mounted" | "uploaded";

/** A blob to write: `open` gives its bytes from an offset on, and is called again when a try fails. */
export interface BlobToWrite {
  readonly digest: Digest;
  readonly size: number;
  open(offset: number): ByteSource;
}

/** What each call takes last. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A repository of a registry. */
export interface RegistryRepository {
  readonly registry: string;
  readonly repository: string;
}

/** A client of registries that speak the OCI distribution specification. */
export interface RegistryClient {
  /** Manifest by tag or digest; its digest is recomputed. @throws EpicubeError REGISTRY_NOT_FOUND, REGISTRY_DIGEST */
  readManifest(from: RegistryRepository, tagOrDigest: string, options?: CallOptions): Promise<RegistryManifest>;
  /** Descriptor of a tag or digest without its content, or undefined where there is none. */
  headManifest(from: RegistryRepository, tagOrDigest: string, options?: CallOptions): Promise<Descriptor | undefined>;
  /** Puts exact bytes under a tag or their digest. A `subject` is registered as a referrer, by the tag scheme where the registry has no API. */
  writeManifest(
    to: RegistryRepository,
    tagOrDigest: string,
    manifest: { readonly mediaType: string; readonly content: Uint8Array },
    options?: CallOptions,
  ): Promise<Digest>;
  deleteManifest(from: RegistryRepository, digest: Digest, options?: CallOptions): Promise<void>;
  /** Size of a blob, or undefined where there is none. */
  headBlob(from: RegistryRepository, digest: Digest, options?: CallOptions): Promise<number | undefined>;
  /** A blob piece by piece; goes on where a connection broke. The end is followed by REGISTRY_DIGEST where the content is another. */
  readBlob(from: RegistryRepository, blob: Pick<Descriptor, "digest" | "size">, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Writes a blob unless it is there; `mountFrom` names repositories of the same registry that may have it. */
  writeBlob(
    to: RegistryRepository,
    blob: BlobToWrite,
    options?: CallOptions & { readonly mountFrom?: readonly string[] },
  ): Promise<BlobOutcome>;
  deleteBlob(from: RegistryRepository, digest: Digest, options?: CallOptions): Promise<void>;
  /** All tags, in the registry's order. */
  tags(from: RegistryRepository, options?: CallOptions & { readonly pageSize?: number }): AsyncIterable<string>;
  /** Manifests whose subject is `digest`. */
  referrers(from: RegistryRepository, digest: Digest, options?: ReferrerOptions): Promise<Descriptor[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a client's parts need of it. */
export interface ClientContext {
  readonly transport: Transport;
  url(at: RegistryRepository, path: string): URL;
}

const ACCEPTED = [MEDIA_TYPES.manifest, MEDIA_TYPES.index, MEDIA_TYPES.dockerManifest, MEDIA_TYPES.dockerList].join(", ");

const scope = (repository: string, ...actions: Scope["actions"]): Scope => ({ repository, actions });

/** Makes a client. Nothing is read from the environment: credentials, proxies and certificates are options. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const transport = createTransport(options);
  const context: ClientContext = {
    transport,
    url: ({ registry, repository }, path) => new URL(`/v2/${repository}/${path}`, transport.origin(registry)),
  };
  const { url } = context;

  /** Asks the mirrors, then the registry. */
  const readFirst = async <T>(from: RegistryRepository, read: (from: RegistryRepository) => Promise<T>): Promise<T> => {
    for (const mirror of options.mirrors?.[from.registry] ?? []) {
      try {
        return await read({ ...from, registry: mirror });
      } catch (error) {
        // A mirror that has it not, or does not answer, is passed over.
        if (!isEpicubeError(error) || !error.code.startsWith("REGISTRY_")) throw error;
      }
    }
    return read(from);
  };

  const manifestOf = async (from: RegistryRepository, tagOrDigest: string, signal: AbortSignal | undefined): Promise<RegistryManifest> => {
    const at = url(from, `manifests/${tagOrDigest}`);
    const request: RegistryRequest = {
      method: "GET",
      url: at,
      scopes: [scope(from.repository, "pull")],
      headers: { accept: ACCEPTED },
      accept: [200],
      ...(signal ? { signal } : {}),
    };
    const { response, content } = await transport.fetch(request, MAX_DOCUMENT_BYTES);
    const digest = digestOf(content);
    const stated = response.header("docker-content-digest");
    const expected = isDigest(tagOrDigest) ? tagOrDigest : stated !== undefined && isDigest(stated) ? stated : digest;
    if (digest !== expected)
      throw new EpicubeError(
        "REGISTRY_DIGEST",
        `${from.registry} gave a manifest with the digest ${digest} for ${from.repository}, where ${expected} was asked for or stated`,
      );
    const mediaType = (response.header("content-type") ?? MEDIA_TYPES.manifest).split(";")[0]!.trim();
    return { descriptor: { mediaType, digest, size: content.byteLength }, content };
  };

  const client: RegistryClient = {
    readManifest: (from, tagOrDigest, { signal } = {}) => readFirst(from, (place) => manifestOf(place, tagOrDigest, signal)),
    async headManifest(from, tagOrDigest, { signal } = {}) {
      const response = await transport.send({
        method: "HEAD",
        url: url(from, `manifests/${tagOrDigest}`),
        scopes: [scope(from.repository, "pull")],
        headers: { accept: ACCEPTED },
        accept: [200, 404],
        ...(signal ? { signal } : {}),
      });
      await response.dump();
      if (response.status === 404) return undefined;
      const digest = response.header("docker-content-digest");
      const size = Number(response.header("content-length"));
      const mediaType = response.header("content-type")?.split(";")[0]?.trim();
      // Registries may leave these out of an answer to HEAD.
      if (digest === undefined || !isDigest(digest) || mediaType === undefined || !Number.isSafeInteger(size))
        return (await manifestOf(from, tagOrDigest, signal)).descriptor;
      return { mediaType, digest, size };
    },
    async writeManifest(to, tagOrDigest, { mediaType, content }, { signal } = {}) {
      const digest = digestOf(content);
      const response = await transport.send({
        method: "PUT",
        url: url(to, `manifests/${tagOrDigest}`),
        scopes: [scope(to.repository, "pull", "push")],
        headers: { "content-type": mediaType },
        body: { open: () => content, sizeBytes: content.byteLength },
        accept: [201, 202],
        ...(signal ? { signal } : {}),
      });
      await response.dump();
      const stated = response.header("docker-content-digest");
      if (stated !== undefined && stated !== digest)
        throw new EpicubeError("REGISTRY_DIGEST", `${to.registry} stored the manifest as ${stated.slice(0, 100)}, not as ${digest}`);
      await addFallbackReferrer(client, context, to, { mediaType, digest, content }, signal);
      return digest;
    },
    async deleteManifest(from, digest, { signal } = {}) {
      await remove({
        url: url(from, `manifests/${digest}`),
        scopes: [scope(from.repository, "delete", "pull", "push")],
        ...(signal ? { signal } : {}),
      });
    },
    async headBlob(from, digest, { signal } = {}) {
      const response = await transport.send({
        method: "HEAD",
        url: url(from, `blobs/${digest}`),
        scopes: [scope(from.repository, "pull")],
        accept: [200, 404],
        ...(signal ? { signal } : {}),
      });
      await response.dump();
      if (response.status === 404) return undefined;
      const size = Number(response.header("content-length"));
      return Number.isSafeInteger(size) ? size : 0;
    },
    async *readBlob(from, blob, { signal } = {}) {
      // Which place has it is found out with the first bytes; after that there is no changing.
      const first = await readFirst(from, async (place) => ({ place, response: await openBlob(place, blob.digest, 0, signal) }));
      const hash = createHash("sha256");
      let got = 0;
      let response: Awaited<ReturnType<typeof openBlob>> | undefined = first.response;
      for (let failures = 0; got < blob.size || response; ) {
        try {
          response ??= await openBlob(first.place, blob.digest, got, signal);
          for await (const chunk of response.body) {
            got += chunk.length;
            if (got > blob.size)
              throw new EpicubeError("REGISTRY_DIGEST", `blob ${blob.digest} of ${from.registry} has more than ${blob.size} bytes`);
            hash.update(chunk);
            yield chunk;
          }
          response = undefined;
          if (got >= blob.size) break;
          throw new Error(`the answer ended after ${got} of ${blob.size} bytes`);
        } catch (error) {
          response = undefined;
          signal?.throwIfAborted();
          if (isEpicubeError(error)) throw error;
          if (++failures >= transport.attempts)
            throw new EpicubeError(
              "REGISTRY_UNREACHABLE",
              `blob ${blob.digest} of ${from.registry} broke off ${failures} times: ${(error as Error).message}`,
              { cause: error },
            );
          await transport.backOff(failures - 1, signal);
        }
      }
      const actual = `sha256:${hash.digest("hex")}`;
      if (actual !== blob.digest)
        throw new EpicubeError("REGISTRY_DIGEST", `blob ${blob.digest} of ${first.place.registry} came with the digest ${actual}`);
    },
    writeBlob: (to, blob, { signal, mountFrom = [] } = {}) => uploadBlob(client, context, to, blob, mountFrom, options, signal),
    async deleteBlob(from, digest, { signal } = {}) {
      await remove({
        url: url(from, `blobs/${digest}`),
        scopes: [scope(from.repository, "delete", "pull", "push")],
        ...(signal ? { signal } : {}),
      });
    },
    async *tags(from, { signal, pageSize } = {}) {
      let next: URL | undefined = url(from, "tags/list");
      if (pageSize !== undefined) next.searchParams.set("n", String(pageSize));
      for (let pages = 0; next; pages++) {
        if (pages > 10_000) throw new EpicubeError("REGISTRY_PROTOCOL", `${from.registry} gives more than 10,000 pages of tags`);
        const request: RegistryRequest = {
          method: "GET",
          url: next,
          scopes: [scope(from.repository, "pull")],
          accept: [200],
          ...(signal ? { signal } : {}),
        };
        const { response, content } = await transport.fetch(request, MAX_DOCUMENT_BYTES);
        const page = parseJson(content, from.registry) as { tags?: unknown } | null;
        for (const tag of Array.isArray(page?.tags) ? page.tags : []) if (typeof tag === "string") yield tag;
        next = nextPage(response.header("link"), response.url);
      }
    },
    referrers: (from, digest, options = {}) => readReferrers(client, context, from, digest, options),
    close: () => transport.close(),
    [Symbol.asyncDispose]: () => transport.close(),
  };

  const openBlob = async (from: RegistryRepository, digest: Digest, offset: number, signal: AbortSignal | undefined) => {
    const response = await transport.send({
      method: "GET",
      url: url(from, `blobs/${digest}`),
      scopes: [scope(from.repository, "pull")],
      ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
      accept: offset === 0 ? [200] : [200, 206],
      ...(signal ? { signal } : {}),
    });
    if (offset === 0 || response.status === 206) return response;
    // The registry knows no ranges: what we have is skipped.
    const { body } = response;
    const rest = async function* () {
      let skip = offset;
      for await (const chunk of body) {
        if (skip >= chunk.length) skip -= chunk.length;
        else {
          yield skip === 0 ? chunk : chunk.subarray(skip);
          skip = 0;
        }
      }
    };
    return { ...response, body: rest() };
  };

  const remove = async (request: Pick<RegistryRequest, "url" | "scopes" | "signal">) => {
    try {
      await (await transport.send({ ...request, method: "DELETE", accept: [202, 200] })).dump();
    } catch (error) {
      const status = isEpicubeError(error) ? error.context.status : undefined;
      if (status === 405 || status === 400)
        throw new EpicubeError("REGISTRY_DELETE_DISABLED", `${request.url.host} does not allow deletion`, { cause: error });
      throw error;
    }
  };
  return client;
}

/** JSON of a registry. @throws EpicubeError REGISTRY_PROTOCOL */
export function parseJson(content: Uint8Array, registry: string): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString("utf8"));
  } catch (cause) {
    throw new EpicubeError("REGISTRY_PROTOCOL", `${registry} gave an answer that is not JSON`, { cause });
  }
}

/** The next page of a list, on the same registry only. */
export function nextPage(link: string | undefined, from: URL): URL | undefined {
  const target = /<([^<>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "")?.[1];
  if (target === undefined) return undefined;
  const next = new URL(target, from);
  return next.origin === from.origin ? next : undefined;
}
