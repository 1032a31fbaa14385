import { type Digest, digestOf, EpicubeError, isEpicubeError } from "@epicube/core";
import type { Descriptor } from "../descriptor/descriptor.js";
import { isManifestType, MEDIA_TYPES } from "../descriptor/media-types.js";
import { encodeDocument, type ImageIndex, MAX_DOCUMENT_BYTES, parseIndex } from "../manifest/manifest.js";
import { type ClientContext, nextPage, type RegistryClient, type RegistryRepository } from "./client.js";
import type { RegistryRequest } from "./transport.js";

/** Narrows a list of referrers. */
export interface ReferrerOptions {
  /** Only those of this artifact type. */
  readonly artifactType?: string;
  readonly signal?: AbortSignal;
}

/** Concurrent writers of a fallback tag overwrite each other: written, read again, and written again so often. */
const TAG_ATTEMPTS = 5;

/** The tag that lists referrers where a registry has no API. @see distribution-spec 1.1, "Referrers Tag Schema" */
export function referrersTag(digest: Digest): string {
  return digest.replace(":", "-").slice(0, 128);
}

async function fromApi(
  context: ClientContext,
  from: RegistryRepository,
  digest: Digest,
  options: ReferrerOptions,
): Promise<Descriptor[] | undefined> {
  const found: Descriptor[] = [];
  let next: URL | undefined = context.url(from, `referrers/${digest}`);
  if (options.artifactType !== undefined) next.searchParams.set("artifactType", options.artifactType);
  for (let pages = 0; next && pages < 10_000; pages++) {
    const request: RegistryRequest = {
      method: "GET",
      url: next,
      scopes: [{ repository: from.repository, actions: ["pull"] }],
      headers: { accept: MEDIA_TYPES.index },
      accept: [200, 400, 404, 405],
      ...(options.signal ? { signal: options.signal } : {}),
    };
    const { response, content } = await context.transport.fetch(request, MAX_DOCUMENT_BYTES);
    if (response.status !== 200) return undefined;
    found.push(...parseIndex(content).manifests);
    next = nextPage(response.header("link"), response.url);
  }
  return found;
}

async function fromTag(
  client: RegistryClient,
  from: RegistryRepository,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<readonly Descriptor[]> {
  try {
    const { content, descriptor } = await client.readManifest(from, referrersTag(digest), signal ? { signal } : {});
    return descriptor.mediaType === MEDIA_TYPES.index ? parseIndex(content).manifests : [];
  } catch (error) {
    if (isEpicubeError(error, "REGISTRY_NOT_FOUND")) return [];
    throw error;
  }
}

/** Reads referrers: by the API, else by the tag. Filtered here too, since registries need not. */
export async function readReferrers(
  client: RegistryClient,
  context: ClientContext,
  from: RegistryRepository,
  digest: Digest,
  options: ReferrerOptions,
): Promise<Descriptor[]> {
  const all = (await fromApi(context, from, digest, options)) ?? (await fromTag(client, from, digest, options.signal));
  return all.filter((entry) => options.artifactType === undefined || entry.artifactType === options.artifactType);
}

/** Enters a manifest with a subject into the fallback tag of the subject, where the registry has no API. */
export async function addFallbackReferrer(
  client: RegistryClient,
  context: ClientContext,
  to: RegistryRepository,
  written: { readonly mediaType: string; readonly digest: Digest; readonly content: Uint8Array },
  signal: AbortSignal | undefined,
): Promise<void> {
  const document = JSON.parse(Buffer.from(written.content).toString("utf8")) as {
    subject?: Descriptor;
    artifactType?: string;
    config?: Descriptor;
    annotations?: Readonly<Record<string, string>>;
  };
  if (!document.subject) return;
  const subject = document.subject.digest;
  const options = signal ? { signal } : {};
  // The header OCI-Subject is sent by registries that have no API: only asking tells.
  if (await fromApi(context, to, subject, options)) return;
  const artifactType = document.artifactType ?? (isManifestType(written.mediaType) ? document.config?.mediaType : undefined);
  const descriptor: Descriptor = {
    mediaType: written.mediaType,
    digest: written.digest,
    size: written.content.byteLength,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(document.annotations ? { annotations: document.annotations } : {}),
  };
  for (let attempt = 0; attempt < TAG_ATTEMPTS; attempt++) {
    const known = await fromTag(client, to, subject, signal);
    if (known.some((entry) => entry.digest === written.digest)) return;
    const index: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [...known, descriptor] };
    const content = encodeDocument(index);
    await client.writeManifest(to, referrersTag(subject), { mediaType: MEDIA_TYPES.index, content }, options);
    const after = await client.readManifest(to, referrersTag(subject), options);
    if (after.descriptor.digest === digestOf(content)) return;
    await context.transport.backOff(attempt, signal);
  }
  if ((await fromTag(client, to, subject, signal)).some((entry) => entry.digest === written.digest)) return;
  throw new EpicubeError("REGISTRY_TAG_RACE", `others kept writing the list of referrers of ${subject} on ${to.registry}`, {
    help: "try again",
  });
}
