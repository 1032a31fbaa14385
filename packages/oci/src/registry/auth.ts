import { type Clock, EpicubeError } from "@epicube/core";
import { parseChallenges } from "./challenge.js";
import type { CredentialSource, Credentials } from "./credentials.js";
import type { RegistryRequest, RegistryResponse } from "./transport.js";

/** A right on a repository. */
export interface Scope {
  readonly repository: string;
  readonly actions: readonly ("pull" | "push" | "delete")[];
}

/** Remembers how each registry wants to be addressed. */
export interface Authorizer {
  /** The header for a request, from what was learned before; undefined where nothing was. */
  known(url: URL, scopes: readonly Scope[]): Promise<string | undefined>;
  /** The header after a 401, or undefined where there is nothing to log in with. */
  answer(url: URL, challenge: string, scopes: readonly Scope[], signal?: AbortSignal): Promise<string | undefined>;
}

/** What {@link createAuthorizer} needs. */
export interface AuthorizerOptions {
  readonly credentials?: CredentialSource;
  readonly clock: Clock;
  readonly fetchToken: (
    url: URL,
    init: Pick<RegistryRequest, "method" | "headers" | "body" | "signal"> & { readonly authorization?: string },
  ) => Promise<RegistryResponse>;
}

interface Token {
  readonly header: string;
  readonly expiresAtMs: number;
}

/** A token is not used in the last seconds of its life. */
const MARGIN_MS = 5000;
const DEFAULT_LIFE_SECONDS = 60;
const MAX_TOKEN_BYTES = 1024 * 1024;

function scopeTexts(scopes: readonly Scope[]): string[] {
  return [...new Set(scopes.map((scope) => `repository:${scope.repository}:${[...scope.actions].join(",")}`))].sort();
}

/** Makes an {@link Authorizer}. Tokens are kept by registry and scopes; a fresh challenge always fetches a new one. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { credentials, clock, fetchToken } = options;
  const tokens = new Map<string, Token>();
  const basic = new Map<string, string>();
  const keyOf = (url: URL, scopes: readonly Scope[]) => JSON.stringify([url.origin, scopeTexts(scopes)]);
  return {
    async known(url, scopes) {
      const token = tokens.get(keyOf(url, scopes));
      if (token && token.expiresAtMs - MARGIN_MS > clock.nowMs()) return token.header;
      return basic.get(url.origin);
    },
    async answer(url, header, scopes, signal) {
      const challenges = parseChallenges(header);
      const bearer = challenges.find((challenge) => challenge.scheme === "bearer" && challenge.parameters.realm !== undefined);
      const repository = scopes[0]?.repository ?? "";
      const login = await credentials?.(url.host, repository, signal);
      if (bearer) {
        const token = await fetchBearer(bearer.parameters, scopes, login, signal);
        tokens.set(keyOf(url, scopes), token);
        return token.header;
      }
      if (challenges.some((challenge) => challenge.scheme === "basic") && login?.kind === "password") {
        const fresh = basicHeader(login);
        basic.set(url.origin, fresh);
        return fresh;
      }
      return undefined;
    },
  };

  async function fetchBearer(
    parameters: Readonly<Record<string, string>>,
    scopes: readonly Scope[],
    login: Credentials | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    let realm: URL;
    try {
      realm = new URL(parameters.realm ?? "");
    } catch {
      throw new EpicubeError("REGISTRY_PROTOCOL", "the registry names a token server that is no address");
    }
    // What was asked for may be less than what is needed: mounting needs two repositories, the challenge names one.
    const wanted = [...new Set([...scopeTexts(scopes), ...(parameters.scope?.split(" ") ?? [])])].filter((scope) => scope !== "");
    const response =
      login?.kind === "identity-token"
        ? await byIdentityToken(realm, parameters.service, wanted, login.token, signal)
        : await byGet(realm, parameters.service, wanted, login, signal);
    if (response.status !== 200) {
      await response.dump();
      throw new EpicubeError("REGISTRY_UNAUTHORIZED", `the token server ${realm.host} refused the login: ${response.status}`, {
        help: login ? "check user and password" : "log in first",
      });
    }
    let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown };
    try {
      answer = JSON.parse(Buffer.from(await response.read(MAX_TOKEN_BYTES)).toString("utf8")) as typeof answer;
    } catch (cause) {
      throw new EpicubeError("REGISTRY_PROTOCOL", `the token server ${realm.host} gave no JSON`, { cause });
    }
    const token = typeof answer.token === "string" && answer.token !== "" ? answer.token : answer.access_token;
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token))
      throw new EpicubeError("REGISTRY_PROTOCOL", `the token server ${realm.host} gave no token`);
    const life = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : DEFAULT_LIFE_SECONDS;
    return { header: `Bearer ${token}`, expiresAtMs: clock.nowMs() + life * 1000 };
  }

  function byGet(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    login: Credentials | undefined,
    signal: AbortSignal | undefined,
  ) {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    if (login?.kind === "password") url.searchParams.set("account", login.username);
    return fetchToken(url, {
      method: "GET",
      ...(login?.kind === "password" ? { authorization: basicHeader(login) } : {}),
      ...(signal ? { signal } : {}),
    });
  }

  function byIdentityToken(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    token: string,
    signal: AbortSignal | undefined,
  ) {
    const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "epicube", refresh_token: token, scope: scopes.join(" ") });
    if (service !== undefined) form.set("service", service);
    const body = Buffer.from(form.toString());
    return fetchToken(realm, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: { open: () => body, sizeBytes: body.length },
      ...(signal ? { signal } : {}),
    });
  }
}

function basicHeader(login: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
}
