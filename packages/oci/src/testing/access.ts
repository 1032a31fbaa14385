import { randomUUID } from "node:crypto";
import type { Answered, Exchange } from "./registry.js";

/** What a test registry asks for. */
export type RegistryLogin =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | {
      readonly kind: "bearer";
      readonly username: string;
      readonly password: string;
      /** Accepted in place of user and password, by POST. */
      readonly identityToken?: string;
      /** Repositories that anyone may read. Default none. */
      readonly publicRepositories?: readonly string[];
      /** Stated life of a token in seconds. Default 300. */
      readonly expiresInSeconds?: number;
    };

/** Rights by token. */
export type TokenStore = Map<string, ReadonlySet<string>>;

const SERVICE = "test registry, with a comma";

function basicOf(login: RegistryLogin): string {
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
}

/** Gives out a token for the scopes that the login may have. */
export function serveToken(exchange: Exchange, login: Extract<RegistryLogin, { kind: "bearer" }>, tokens: TokenStore): Answered {
  const form = exchange.method === "POST" ? new URLSearchParams(exchange.body.toString("utf8")) : exchange.url.searchParams;
  if (form.get("service") !== SERVICE) return exchange.fail(400, "WRONG_SERVICE");
  const scopes = form.getAll("scope").flatMap((scope) => scope.split(" "));
  const known =
    exchange.method === "POST"
      ? form.get("grant_type") === "refresh_token" && form.get("refresh_token") === login.identityToken && login.identityToken !== undefined
      : exchange.headers.authorization === basicOf(login);
  if (!known && exchange.headers.authorization !== undefined) return exchange.fail(401, "UNAUTHORIZED");
  if (!known && exchange.method === "POST") return exchange.fail(401, "UNAUTHORIZED");
  const rights = new Set<string>();
  for (const scope of scopes) {
    const [, name = "", actions = ""] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
    for (const action of actions.split(","))
      if (known || (action === "pull" && login.publicRepositories?.includes(name))) rights.add(`${name}:${action}`);
  }
  const token = randomUUID();
  tokens.set(token, rights);
  const body = exchange.method === "POST" ? { access_token: token } : { token };
  return exchange.reply(
    200,
    { "content-type": "application/json" },
    JSON.stringify({ ...body, expires_in: login.expiresInSeconds ?? 300 }),
  );
}

/** True where the request may pass; else it has been answered. */
export function checkAccess(exchange: Exchange, login: RegistryLogin, tokens: TokenStore, name: string | undefined, host: string): boolean {
  const { authorization } = exchange.headers;
  if (login.kind === "basic") {
    if (authorization === basicOf(login)) return true;
    exchange.reply(401, { "www-authenticate": 'Basic realm="test"' });
    return false;
  }
  const action = exchange.method === "GET" || exchange.method === "HEAD" ? "pull" : exchange.method === "DELETE" ? "delete" : "push";
  const rights = tokens.get(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
  const needed = name === undefined ? [] : [`${name}:${action}`];
  const source = exchange.url.searchParams.get("from");
  // Mounting without the right to read the source is an upload, as docker-registry has it.
  if (source !== null && rights && !rights.has(`${source}:pull`)) exchange.url.searchParams.delete("from");
  if (rights && needed.every((right) => rights.has(right))) return true;
  const scope = name === undefined ? "" : `,scope="repository:${name}:${action === "pull" ? "pull" : "pull,push"}"`;
  exchange.reply(401, { "www-authenticate": `Bearer realm="http://${host}/token",service="${SERVICE}"${scope}` });
  return false;
}
