import { type Digest, EpicubeError, isDigest } from "@epicube/core";

/** An image reference: `REGISTRY/REPOSITORY:TAG@DIGEST`, tag and digest each optional. */
export interface ImageReference {
  /** Host with optional port. Required: no registry is assumed. */
  readonly registry: string;
  /** Path below the registry, without a leading slash. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::([0-9]{1,5}))?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MAX_NAME = 255;

/**
 * Reads `REGISTRY/REPOSITORY[:TAG][@DIGEST]`. The registry must be written: the first part has a dot or a port, or is `localhost`.
 *
 * @throws EpicubeError OCI_REFERENCE with what is wrong
 * @see OCI distribution-spec 1.1, "Pulling manifests" (name and tag grammar)
 */
export function parseReference(text: string): ImageReference {
  const fail = (why: string): never => {
    throw new EpicubeError("OCI_REFERENCE", `${JSON.stringify(text.slice(0, 300))} is no image reference: ${why}`, {
      help: "write REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:…",
    });
  };
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf("@");
  if (at !== -1) {
    const written = rest.slice(at + 1);
    if (!isDigest(written)) return fail("the part after @ is not sha256: and 64 hex digits");
    digest = written;
    rest = rest.slice(0, at);
  }
  const slash = rest.indexOf("/");
  if (slash === -1) return fail("it has no registry");
  const registry = rest.slice(0, slash);
  const port = HOST.exec(registry);
  if (!port || (port[1] !== undefined && Number(port[1]) > 65535)) return fail("the registry is no host name");
  if (!/[.:]/.test(registry) && registry !== "localhost") return fail("it has no registry (a host with a dot or a port, or localhost)");
  rest = rest.slice(slash + 1);
  let tag: string | undefined;
  const colon = rest.indexOf(":");
  if (colon !== -1) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) return fail("the tag has characters other than letters, digits, . _ and -, or more than 128 of them");
  }
  if (rest.length > MAX_NAME) return fail(`the repository has more than ${MAX_NAME} characters`);
  if (!rest.split("/").every((part) => COMPONENT.test(part)))
    return fail("the parts of a repository have lower-case letters and digits, with single . _ or - between them");
  return { registry, repository: rest, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Writes a reference; the inverse of {@link parseReference}. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
