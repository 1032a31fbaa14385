import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Digest, digestOf, isDigest } from "@epicube/core";
import { checkAccess, type RegistryLogin, serveToken, type TokenStore } from "./access.js";
import { createFaultList, type RegistryFault } from "./faults.js";
import { type Repositories, type RepositoryContent, serveManifests } from "./manifests.js";

/** How {@link createTestRegistry} serves. */
export interface TestRegistryOptions {
  /** Asks for a login. Default none. */
  readonly login?: RegistryLogin;
  /** Has the referrers API. Default true; without it, 404. */
  readonly referrers?: boolean;
  /** Allows DELETE. Default true; without it, 405. */
  readonly deletes?: boolean;
  /** Mounts blobs. Default true; without it, an upload is begun instead. */
  readonly mounts?: boolean;
  /** Least size of a chunk but the last, in bytes. Default 0. */
  readonly chunkMinBytes?: number;
  /** Gives `Location` as a path with a query rather than as a whole address. Default false. */
  readonly relativeLocations?: boolean;
  /** Sends clients to another server for the content of blobs, up and down. Default false. */
  readonly blobStore?: boolean;
}

/** One request as it came. */
export interface RegistryRequestLog {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly authorization: string | undefined;
  /** `registry`, or `store` for the other server. */
  readonly server: "registry" | "store";
}

/** A registry that lives as long as the process lets it. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What was asked so far. */
  readonly requests: readonly RegistryRequestLog[];
  /** Adds a fault. */
  inject(fault: RegistryFault): void;
  clearFaults(): void;
  /** Blobs of a repository. */
  blobs(repository: string): Digest[];
  /** Content of a tag or digest, or undefined. */
  manifest(repository: string, tagOrDigest: string): Uint8Array | undefined;
  /** Puts a manifest in directly, as another client would. */
  setManifest(repository: string, tag: string, mediaType: string, content: Uint8Array): void;
  /** Uploads that were begun and not ended. */
  readonly openUploads: number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Upload {
  readonly repository: string;
  content: Buffer;
}

/** What serving a request ends with, so that no way through it is left without an answer. */
export type Answered = "answered";

/** One request while it is being served. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly fault: RegistryFault;
  reply(status: number, headers?: Readonly<Record<string, string>>, content?: Uint8Array | string): Answered;
  fail(status: number, code: string): Answered;
}

const MAX_BODY = 512 * 1024 * 1024;

/** Starts a registry on a free port of 127.0.0.1. */
export async function createTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const faults = createFaultList();
  const requests: RegistryRequestLog[] = [];
  const blobs = new Map<Digest, Buffer>();
  const repositories: Repositories = new Map();
  const uploads = new Map<string, Upload>();
  const tokens: TokenStore = new Map();
  const sockets = new Set<Socket>();
  const of = (name: string): RepositoryContent => {
    let found = repositories.get(name);
    if (!found) {
      found = { blobs: new Set(), manifests: new Map(), tags: new Map() };
      repositories.set(name, found);
    }
    return found;
  };
  let host = "";
  let storeHost = "";

  const listen = async (server: Server): Promise<string> => {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const handler = (kind: "registry" | "store") => (request: IncomingMessage, response: ServerResponse) => {
    void receive(kind, request, response).catch(() => request.socket.destroy());
  };

  async function receive(kind: "registry" | "store", request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    // Leaving the body unread takes the socket from the request.
    const { socket } = request;
    const url = new URL(request.url ?? "/", `http://${kind === "registry" ? host : storeHost}`);
    const path = url.pathname + url.search;
    const fault = faults.take(method, path) ?? {};
    const log = (status: number, requestBytes: number, answerBytes: number) =>
      requests.push({ method, path, status, requestBytes, answerBytes, authorization: request.headers.authorization, server: kind });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      chunks.push(chunk);
      if (size > MAX_BODY || (fault.resetAfterRequestBytes !== undefined && size > fault.resetAfterRequestBytes)) break;
    }
    if (fault.resetAfterRequestBytes !== undefined || size > MAX_BODY) {
      log(0, size, 0);
      socket.destroy();
      return;
    }
    fault.before?.();
    if (fault.expireTokens) tokens.clear();
    const exchange: Exchange = {
      method,
      url,
      headers: request.headers,
      body: Buffer.concat(chunks, size),
      fault,
      reply(status, headers = {}, content = "") {
        let bytes = Buffer.from(content);
        if (fault.resetAnswer) {
          log(0, size, 0);
          socket.destroy();
          return "answered";
        }
        if (fault.corruptAnswer && bytes.length > 0) bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
        const stated = fault.statedDigest === undefined ? {} : { "docker-content-digest": fault.statedDigest };
        if (fault.truncateAnswerBytes !== undefined) bytes = bytes.subarray(0, fault.truncateAnswerBytes);
        const sent = method === "HEAD" ? 0 : Math.min(bytes.length, fault.resetAfterAnswerBytes ?? bytes.length);
        log(status, size, sent);
        const length = method === "HEAD" ? (headers["content-length"] ?? String(bytes.length)) : String(bytes.length);
        response.writeHead(status, { ...headers, "content-length": length, ...stated });
        if (fault.resetAfterAnswerBytes !== undefined) {
          response.write(bytes.subarray(0, sent), () => socket.destroy());
          return "answered";
        }
        response.end(method === "HEAD" ? undefined : bytes);
        return "answered";
      },
      fail(status, code) {
        return exchange.reply(
          status,
          { "content-type": "application/json" },
          JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] }),
        );
      },
    };
    if (fault.status !== undefined) {
      exchange.reply(fault.status, fault.headers ?? {}, "");
      return;
    }
    serve(kind, exchange);
  }

  function serve(kind: "registry" | "store", exchange: Exchange): Answered {
    const { url, method } = exchange;
    if (kind === "store" && exchange.headers.authorization !== undefined) return exchange.fail(400, "TOKEN_SENT_TO_A_STRANGER");
    if (kind === "registry" && options.login?.kind === "bearer" && url.pathname === "/token")
      return serveToken(exchange, options.login, tokens);
    if (url.pathname !== "/v2/" && !url.pathname.startsWith("/v2/")) return exchange.fail(404, "UNSUPPORTED");
    const route = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/(.*)$/.exec(url.pathname);
    if (kind === "registry" && options.login && !checkAccess(exchange, options.login, tokens, route?.[1], host)) return "answered";
    if (url.pathname === "/v2/") return exchange.reply(200);
    if (!route) return exchange.fail(404, "NAME_UNKNOWN");
    const [, name = "", noun = "", rest = ""] = route;
    if (method === "DELETE" && noun !== "blobs/uploads" && options.deletes === false) return exchange.fail(405, "UNSUPPORTED");
    if (noun === "blobs") return serveBlob(kind, exchange, name, rest);
    if (noun === "blobs/uploads") return serveUpload(kind, exchange, name, rest);
    return serveManifests(exchange, { noun, rest, repository: of(name), repositories, name, referrers: options.referrers !== false });
  }

  function serveBlob(kind: "registry" | "store", exchange: Exchange, name: string, digest: string): Answered {
    const content = isDigest(digest) && of(name).blobs.has(digest) ? blobs.get(digest) : undefined;
    if (!content) return exchange.fail(404, "BLOB_UNKNOWN");
    if (exchange.method === "DELETE") {
      of(name).blobs.delete(digest as Digest);
      return exchange.reply(202);
    }
    if (options.blobStore && kind === "registry" && exchange.method === "GET")
      return exchange.reply(307, { location: `http://${storeHost}${exchange.url.pathname}?signature=secret` });
    const headers = { "docker-content-digest": digest, "content-type": "application/octet-stream" };
    if (exchange.method === "HEAD") return exchange.reply(200, { ...headers, "content-length": String(content.length) });
    const from = Number(/^bytes=(\d+)-$/.exec(exchange.headers.range ?? "")?.[1] ?? 0);
    if (from >= content.length && from > 0) return exchange.fail(416, "RANGE");
    if (from > 0)
      return exchange.reply(
        206,
        { ...headers, "content-range": `bytes ${from}-${content.length - 1}/${content.length}` },
        content.subarray(from),
      );
    return exchange.reply(200, headers, content);
  }

  function serveUpload(kind: "registry" | "store", exchange: Exchange, name: string, id: string): Answered {
    const { method, url, body } = exchange;
    const locationOf = (upload: string) => {
      const path = `/v2/${name}/blobs/uploads/${upload}?state=${randomUUID()}`;
      return options.relativeLocations ? path : `http://${host}${path}`;
    };
    const stand = (upload: Upload) => ({ range: `0-${Math.max(0, upload.content.length - 1)}` });
    if (method === "POST" && id === "") {
      const mount = url.searchParams.get("mount") ?? "";
      const from = url.searchParams.get("from") ?? "";
      if (isDigest(mount) && options.mounts !== false && repositories.get(from)?.blobs.has(mount)) {
        of(name).blobs.add(mount);
        return exchange.reply(201, { location: `/v2/${name}/blobs/${mount}`, "docker-content-digest": mount });
      }
      const fresh = randomUUID();
      uploads.set(fresh, { repository: name, content: Buffer.alloc(0) });
      const minimum: Record<string, string> =
        options.chunkMinBytes === undefined ? {} : { "oci-chunk-min-length": String(options.chunkMinBytes) };
      return exchange.reply(202, { location: locationOf(fresh), range: "0-0", ...minimum });
    }
    const upload = uploads.get(id);
    if (!upload || upload.repository !== name) return exchange.fail(404, "BLOB_UPLOAD_UNKNOWN");
    // An old Location of a session is refused, as by registries that keep their state in it.
    if (method === "GET") return exchange.reply(204, { location: locationOf(id), ...stand(upload) });
    if (method === "DELETE") {
      uploads.delete(id);
      return exchange.reply(204);
    }
    if (options.blobStore && kind === "registry" && body.length > 0)
      return exchange.reply(307, { location: `http://${storeHost}${url.pathname}${url.search}` });
    if (method === "PATCH") {
      const range = /^(\d+)-(\d+)$/.exec(exchange.headers["content-range"] ?? "");
      if (!range || Number(range[1]) !== upload.content.length || Number(range[2]) - Number(range[1]) + 1 !== body.length)
        return exchange.reply(416, { location: locationOf(id), ...stand(upload) });
      const kept = exchange.fault.keepChunkBytes === undefined ? body : body.subarray(0, exchange.fault.keepChunkBytes);
      upload.content = Buffer.concat([upload.content, kept]);
      return exchange.reply(202, { location: locationOf(id), ...stand(upload) });
    }
    if (method === "PUT") {
      const digest = url.searchParams.get("digest") ?? "";
      const content = Buffer.concat([upload.content, body]);
      uploads.delete(id);
      if (!isDigest(digest) || digestOf(content) !== digest) return exchange.fail(400, "DIGEST_INVALID");
      blobs.set(digest, content);
      of(name).blobs.add(digest);
      return exchange.reply(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
    }
    return exchange.fail(405, "UNSUPPORTED");
  }

  const server = createServer(handler("registry"));
  const store = createServer(handler("store"));
  host = await listen(server);
  storeHost = await listen(store);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([server, store].map((one) => new Promise<void>((resolve) => one.close(() => resolve()))));
  };
  return {
    host,
    requests,
    inject: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    blobs: (repository) => [...(repositories.get(repository)?.blobs ?? [])].sort(),
    manifest(repository, tagOrDigest) {
      const found = repositories.get(repository);
      const digest = isDigest(tagOrDigest) ? tagOrDigest : found?.tags.get(tagOrDigest);
      return digest === undefined ? undefined : found?.manifests.get(digest)?.content;
    },
    setManifest(repository, tag, mediaType, content) {
      const digest = digestOf(content);
      of(repository).manifests.set(digest, { mediaType, content });
      of(repository).tags.set(tag, digest);
    },
    get openUploads() {
      return uploads.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
