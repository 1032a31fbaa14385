import { Readable } from "node:stream";
import { type Clock, EpicubeError, isEpicubeError, messageOf, systemClock } from "@epicube/core";
import type { Dispatcher } from "undici";
import type { ByteSource } from "../tar/entry.js";
import { type Authorizer, createAuthorizer, type Scope } from "./auth.js";
import type { CredentialSource } from "./credentials.js";

/** How a registry is talked to. */
export interface TransportOptions {
  /** Where credentials come from. Default none: anonymous. */
  readonly credentials?: CredentialSource;
  /** Hosts (`HOST` or `HOST:PORT`) that may be reached without TLS, besides loopback. Default none. */
  readonly plainHttp?: readonly string[];
  /** Certificates to trust besides the system's, PEM. */
  readonly ca?: string | readonly string[];
  /** Proxies; without it none is used, whatever the environment says. */
  readonly proxy?: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: string };
  /** Tries in all of a request that failed in transit or with 408, 429 or 5xx. Default 4. */
  readonly attempts?: number;
  /** Wait before the second try, in milliseconds; doubled each time, up to half of it taken off at random. Default 500. */
  readonly backoffMs?: number;
  /** Longest wait that a server's Retry-After may ask for, in milliseconds. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** Longest silence of the server, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** 0 to 1. Default Math.random. */
  readonly random?: () => number;
  /** Replaces the HTTP client, for tests. */
  readonly dispatcher?: Dispatcher;
}

/** A request on a registry. */
export interface RegistryRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Rights that it needs. */
  readonly scopes: readonly Scope[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Opens the body anew at each try. */
  readonly body?: { readonly open: () => ByteSource; readonly sizeBytes: number };
  /** Statuses that are an answer. All others are errors. */
  readonly accept: readonly number[];
  /** False: one try only, for what must not be done twice. Default true. */
  readonly retry?: boolean;
  readonly signal?: AbortSignal;
}

/** An answer whose body is still to be read, or dumped. */
export interface RegistryResponse {
  readonly status: number;
  /** Where it came from in the end. */
  readonly url: URL;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body. @throws EpicubeError REGISTRY_PROTOCOL beyond `maxBytes` */
  read(maxBytes: number): Promise<Uint8Array>;
  /** Lets the body go. */
  dump(): Promise<void>;
}

/** Sends requests: authorization, redirects, retries. */
export interface Transport {
  send(request: RegistryRequest): Promise<RegistryResponse>;
  /** Sends and reads the whole answer, again where it breaks off. */
  fetch(request: RegistryRequest, maxBytes: number): Promise<{ readonly response: RegistryResponse; readonly content: Uint8Array }>;
  /** `https://HOST`, or `http://HOST` where that is allowed. */
  origin(registry: string): URL;
  /** Waits as before another try: as long as the failure's Retry-After says, else longer each time. */
  backOff(attempt: number, signal?: AbortSignal, failure?: unknown): Promise<void>;
  readonly attempts: number;
  close(): Promise<void>;
}

const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;
const MAX_ERROR_BODY = 64 * 1024;

/** True for `localhost`, 127.0.0.0/8 and ::1, with or without a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** A URL for messages: without query and user, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Makes a {@link Transport}. */
export function createTransport(options: TransportOptions = {}): Transport {
  const {
    attempts = 4,
    backoffMs = 500,
    maxRetryAfterMs = 60_000,
    timeoutMs = 60_000,
    clock = systemClock,
    random = Math.random,
    plainHttp = [],
  } = options;
  // Loaded with the first request: most users of this package open no registry, and undici takes a tenth of a second to start.
  let own: Promise<Dispatcher> | undefined;
  const dispatcherOf = () => {
    if (options.dispatcher) return options.dispatcher;
    own ??= createDispatcher(options);
    return own;
  };
  const mayBePlain = (url: URL) => isLoopback(url.host) || plainHttp.includes(url.host) || plainHttp.includes(url.hostname);

  const checkScheme = (url: URL, why: string) => {
    if (url.protocol === "https:" || (url.protocol === "http:" && mayBePlain(url))) return;
    throw new EpicubeError("REGISTRY_INSECURE", `${why} ${shownUrl(url)}, which is not encrypted`, {
      help: "plain HTTP is used for loopback, and for hosts that are listed as plainHttp",
    });
  };

  const once = async (
    url: URL,
    init: Pick<RegistryRequest, "method" | "headers" | "body" | "signal">,
    authorization: string | undefined,
  ): Promise<RegistryResponse> => {
    const { method, headers, body, signal } = init;
    const { request } = await import("undici");
    const dispatcher = await dispatcherOf();
    const source = body?.open();
    const {
      statusCode,
      headers: answered,
      body: answer,
    } = await request(url, {
      method,
      dispatcher,
      headers: {
        "user-agent": "epicube",
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body ? { "content-length": String(body.sizeBytes) } : {}),
      },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(source === undefined ? {} : { body: source instanceof Uint8Array ? source : Readable.from(source, { objectMode: false }) }),
      ...(signal ? { signal } : {}),
    });
    // A body that is let go must not bring the process down with a late error.
    answer.on("error", () => undefined);
    return {
      status: statusCode,
      url,
      header: (name) => {
        const value = answered[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
      body: answer,
      async read(maxBytes) {
        const chunks: Uint8Array[] = [];
        let size = 0;
        for await (const chunk of answer as AsyncIterable<Uint8Array>) {
          size += chunk.length;
          if (size > maxBytes) {
            answer.destroy();
            throw new EpicubeError("REGISTRY_PROTOCOL", `the answer of ${shownUrl(url)} has more than ${maxBytes} bytes`);
          }
          chunks.push(chunk);
        }
        return Buffer.concat(chunks, size);
      },
      dump: async () => {
        await answer.dump({ limit: 256 * 1024 }).catch(() => undefined);
      },
    };
  };

  const authorizer: Authorizer = createAuthorizer({
    ...(options.credentials ? { credentials: options.credentials } : {}),
    clock,
    fetchToken: async (url, init) => {
      checkScheme(url, "the token server is");
      return once(url, init, init.authorization);
    },
  });

  /** One try: authorization once more after a 401, redirects followed. */
  const attempt = async (wanted: RegistryRequest): Promise<RegistryResponse> => {
    let url = wanted.url;
    let redirects = 0;
    let challenged = false;
    const home = url.origin;
    let authorization = await authorizer.known(url, wanted.scopes);
    for (;;) {
      checkScheme(url, "refused to go to");
      // Credentials are for the registry alone, never for where it sends us.
      const response = await once(url, wanted, url.origin === home ? authorization : undefined);
      if (response.status === 401 && url.origin === home && !challenged) {
        challenged = true;
        const header = response.header("www-authenticate") ?? "";
        await response.dump();
        const fresh = await authorizer.answer(url, header, wanted.scopes, wanted.signal);
        if (fresh !== undefined) {
          authorization = fresh;
          continue;
        }
        throw new EpicubeError("REGISTRY_UNAUTHORIZED", `${url.host} asks for a login for ${shownUrl(url)}`, {
          help: `log in to ${url.host} first`,
        });
      }
      const location = response.header("location");
      if (REDIRECTS.has(response.status) && location !== undefined && !wanted.accept.includes(response.status)) {
        await response.dump();
        if (++redirects > MAX_REDIRECTS)
          throw new EpicubeError("REGISTRY_PROTOCOL", `${shownUrl(wanted.url)} redirects more than ${MAX_REDIRECTS} times`);
        url = new URL(location, url);
        continue;
      }
      return response;
    }
  };

  const transport: Transport = {
    attempts,
    origin(registry) {
      const plain = isLoopback(registry) || plainHttp.includes(registry) || plainHttp.includes(registry.replace(/:\d+$/, ""));
      return new URL(`${plain ? "http" : "https"}://${registry}`);
    },
    async backOff(attempt, signal, failure) {
      const asked = isEpicubeError(failure) ? failure.context.retryAfterMs : undefined;
      await clock.sleep(
        typeof asked === "number" ? Math.min(asked, maxRetryAfterMs) : backoffMs * 2 ** attempt * (1 - random() / 2),
        signal,
      );
    },
    async send(wanted) {
      const tries = wanted.retry === false ? 1 : attempts;
      for (let at = 0; ; at++) {
        wanted.signal?.throwIfAborted();
        let response: RegistryResponse;
        try {
          response = await attempt(wanted);
        } catch (error) {
          wanted.signal?.throwIfAborted();
          if (isEpicubeError(error)) throw error;
          if (at + 1 >= tries)
            throw new EpicubeError(
              "REGISTRY_UNREACHABLE",
              `${wanted.method} ${shownUrl(wanted.url)} failed ${tries === 1 ? "" : `${tries} times: `}${messageOf(error)}`,
              {
                cause: error,
                help: "check the registry's name and the network",
              },
            );
          await transport.backOff(at, wanted.signal);
          continue;
        }
        if (wanted.accept.includes(response.status)) return response;
        const failure = await errorOf(response, wanted, retryAfterMs(response.header("retry-after"), clock));
        if (!RETRIED.has(response.status) || at + 1 >= tries) throw failure;
        await transport.backOff(at, wanted.signal, failure);
      }
    },
    async fetch(wanted, maxBytes) {
      for (let at = 0; ; at++) {
        const response = await transport.send(wanted);
        try {
          return { response, content: await response.read(maxBytes) };
        } catch (error) {
          wanted.signal?.throwIfAborted();
          if (isEpicubeError(error)) throw error;
          if (at + 1 >= attempts)
            throw new EpicubeError(
              "REGISTRY_UNREACHABLE",
              `the answer of ${shownUrl(response.url)} broke off ${attempts} times: ${messageOf(error)}`,
              { cause: error },
            );
          await transport.backOff(at, wanted.signal);
        }
      }
    },
    async close() {
      await (await own)?.close();
    },
  };
  return transport;
}

async function createDispatcher(options: TransportOptions): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const connect = options.ca === undefined ? {} : { connect: { ca: typeof options.ca === "string" ? options.ca : [...options.ca] } };
  if (!options.proxy) return new Agent(connect);
  const { httpProxy = "", httpsProxy = "", noProxy = "" } = options.proxy;
  return new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy, ...(options.ca === undefined ? {} : { requestTls: connect.connect! }) });
}

/** Seconds or a date. */
function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.nowMs());
}

/** What a registry said was wrong: its own code and words where there are any. */
async function errorOf(response: RegistryResponse, wanted: RegistryRequest, retryAfter: number | undefined): Promise<EpicubeError> {
  const text =
    wanted.method === "HEAD"
      ? ""
      : await response.read(MAX_ERROR_BODY).then(
          (body) => Buffer.from(body).toString("utf8"),
          () => "",
        );
  await response.dump();
  let told = "";
  let registryCode: string | undefined;
  try {
    const first = (JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] }).errors?.[0];
    if (typeof first?.code === "string") registryCode = first.code.slice(0, 100);
    told = [registryCode, typeof first?.message === "string" ? first.message.slice(0, 300) : undefined].filter(Boolean).join(": ");
  } catch {
    // A proxy's page, or nothing.
  }
  const message = `${wanted.method} ${shownUrl(response.url)}: ${response.status}${told === "" ? "" : ` (${told})`}`;
  const code =
    response.status === 401
      ? "REGISTRY_UNAUTHORIZED"
      : response.status === 403
        ? "REGISTRY_DENIED"
        : response.status === 404
          ? "REGISTRY_NOT_FOUND"
          : response.status === 429
            ? "REGISTRY_RATE_LIMITED"
            : "REGISTRY_HTTP";
  return new EpicubeError(code, message, {
    context: {
      status: response.status,
      ...(registryCode === undefined ? {} : { registryCode }),
      ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    },
  });
}
