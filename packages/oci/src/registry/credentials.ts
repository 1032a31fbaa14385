import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { EpicubeError, messageOf } from "@epicube/core";

/** How one logs in to a registry. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "identity-token"; readonly token: string };

/** Finds credentials for a repository of a registry, or undefined for anonymous access. */
export type CredentialSource = (registry: string, repository: string, signal?: AbortSignal) => Promise<Credentials | undefined>;

/** What {@link loadCredentials} reads. Nothing is read that is not named. */
export interface LoadCredentialsOptions {
  /** Docker's `config.json` and podman's `auth.json`, the first that has an answer wins. Missing files count as empty. */
  readonly files: readonly string[];
  /** Environment for credential helpers. Default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Longest run of a helper, in milliseconds. Default 30,000. */
  readonly helperTimeoutMs?: number;
}

interface AuthFile {
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string; username?: string; password?: string } | null>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

const MAX_FILE = 4 * 1024 * 1024;
const DOCKER_HUB = "https://index.docker.io/v1/";
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * Credentials from the files of docker and podman. A helper for a host (`credHelpers`) beats the store of all (`credsStore`), which beats
 * `auths`; of several `auths` keys the longest path that fits wins, as podman has it. Files are read at each question, since logins change.
 *
 * The source throws EpicubeError CREDENTIALS_FILE for a file that cannot be understood, CREDENTIALS_HELPER for a helper that fails.
 */
export function loadCredentials(options: LoadCredentialsOptions): CredentialSource {
  const { files, env = {}, helperTimeoutMs = 30_000 } = options;
  return async (registry, repository, signal) => {
    for (const file of files) {
      const content = await readAuthFile(file);
      if (!content) continue;
      const keys = HUB_HOSTS.has(registry) ? [DOCKER_HUB, ...HUB_HOSTS] : [registry, `https://${registry}`, `http://${registry}`];
      const helper = keys.map((key) => content.credHelpers?.[key]).find((name) => name !== undefined);
      const program = helper ?? content.credsStore;
      if (program) {
        const server = HUB_HOSTS.has(registry) ? DOCKER_HUB : registry;
        const found = await askHelper(program, server, { env, timeoutMs: helperTimeoutMs, ...(signal ? { signal } : {}) });
        if (found) return found;
        if (helper !== undefined) continue;
      }
      const found = fromAuths(content, registry, repository, keys);
      if (found) return found;
    }
    return undefined;
  };
}

async function readAuthFile(file: string): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new EpicubeError("CREDENTIALS_FILE", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    if (text.length > MAX_FILE) throw new Error("it is too long");
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw new Error("it is no object");
    return value as AuthFile;
  } catch {
    // The parser's message would quote the file, which holds secrets.
    throw new EpicubeError("CREDENTIALS_FILE", `${file} is not JSON as docker and podman write it`, {
      help: "log in again with the program that wrote it",
    });
  }
}

function fromAuths(content: AuthFile, registry: string, repository: string, keys: readonly string[]): Credentials | undefined {
  const auths = content.auths ?? {};
  const parts = repository.split("/");
  const paths = parts.map((_, index) => `${registry}/${parts.slice(0, parts.length - index).join("/")}`);
  for (const key of [...paths, ...keys, ...keys.map((key) => `${key}/v1/`), ...keys.map((key) => `${key}/v2/`)]) {
    const entry = Object.hasOwn(auths, key) ? auths[key] : undefined;
    if (!entry || typeof entry !== "object") continue;
    if (typeof entry.identitytoken === "string" && entry.identitytoken !== "")
      return { kind: "identity-token", token: entry.identitytoken };
    if (typeof entry.auth === "string") {
      const decoded = Buffer.from(entry.auth, "base64").toString("utf8").replace(/\0+$/, "");
      const colon = decoded.indexOf(":");
      if (colon > 0) return { kind: "password", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
    }
    if (typeof entry.username === "string" && typeof entry.password === "string")
      return { kind: "password", username: entry.username, password: entry.password };
  }
  return undefined;
}

interface HelperOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Runs `docker-credential-NAME get`: the server's name on its input, JSON on its output. */
async function askHelper(name: string, server: string, options: HelperOptions): Promise<Credentials | undefined> {
  const fail = (why: string) =>
    new EpicubeError("CREDENTIALS_HELPER", `docker-credential-${name} ${why}`, {
      help: "check that it is installed and on PATH, or log in without it",
    });
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    throw new EpicubeError("CREDENTIALS_HELPER", `${JSON.stringify(name.slice(0, 100))} is no name of a credential helper`);
  const child = spawn(`docker-credential-${name}`, ["get"], {
    env: options.env as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "ignore"],
    timeout: options.timeoutMs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (output.length < 65_536) output += text;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(server);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(options.signal?.aborted ? options.signal.reason : fail(`cannot be run: ${error.message}`)));
    child.on("close", resolve);
  });
  // Its words for "none here" vary with the helper; they go to standard output.
  if (code !== 0) {
    if (/not found|no credentials|no usernames/i.test(output)) return undefined;
    throw fail(code === null ? "was ended by a signal or its time limit" : `ended with status ${code}`);
  }
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: unknown; Secret?: unknown };
    if (typeof Username !== "string" || typeof Secret !== "string") throw new Error("fields");
    if (Secret === "") return undefined;
    return Username === "<token>" ? { kind: "identity-token", token: Secret } : { kind: "password", username: Username, password: Secret };
  } catch {
    throw fail("gave no JSON with Username and Secret");
  }
}
