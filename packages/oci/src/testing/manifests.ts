import { type Digest, digestOf, isDigest } from "@epicube/core";
import type { Answered, Exchange } from "./registry.js";

/** What one repository has. */
export interface RepositoryContent {
  readonly blobs: Set<Digest>;
  readonly manifests: Map<Digest, { readonly mediaType: string; readonly content: Uint8Array }>;
  readonly tags: Map<string, Digest>;
}

export type Repositories = Map<string, RepositoryContent>;

interface Place {
  readonly noun: string;
  readonly rest: string;
  readonly name: string;
  readonly repository: RepositoryContent;
  readonly repositories: Repositories;
  readonly referrers: boolean;
}

interface Document {
  config?: { digest: Digest; mediaType: string };
  layers?: { digest: Digest }[];
  manifests?: { digest: Digest }[];
  subject?: { digest: Digest };
  artifactType?: string;
  annotations?: Record<string, string>;
}

const INDEX = "application/vnd.oci.image.index.v1+json";

/** Serves manifests, tags and referrers. */
export function serveManifests(exchange: Exchange, place: Place): Answered {
  if (place.noun === "tags") return serveTags(exchange, place);
  if (place.noun === "referrers") return serveReferrers(exchange, place);
  const { repository, rest } = place;
  const { method } = exchange;
  const digest = isDigest(rest) ? rest : repository.tags.get(rest);
  if (method === "PUT") return putManifest(exchange, place);
  const found = digest === undefined ? undefined : repository.manifests.get(digest);
  if (!found || digest === undefined) return exchange.fail(404, "MANIFEST_UNKNOWN");
  if (method === "DELETE") {
    if (!isDigest(rest)) repository.tags.delete(rest);
    else {
      repository.manifests.delete(digest);
      for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag);
    }
    return exchange.reply(202);
  }
  // A registry may not give what the client did not say it takes.
  if (!(exchange.headers.accept ?? "").includes(found.mediaType)) return exchange.fail(404, "MANIFEST_UNKNOWN");
  return exchange.reply(
    200,
    { "content-type": found.mediaType, "docker-content-digest": digest, "content-length": String(found.content.length) },
    found.content,
  );
}

function putManifest(exchange: Exchange, { repository, rest, referrers }: Place): Answered {
  const digest = digestOf(exchange.body);
  let document: Document;
  try {
    document = JSON.parse(exchange.body.toString("utf8")) as Document;
  } catch {
    return exchange.fail(400, "MANIFEST_INVALID");
  }
  if (isDigest(rest) && rest !== digest) return exchange.fail(400, "DIGEST_INVALID");
  const blobs = [...(document.config ? [document.config] : []), ...(document.layers ?? [])];
  if (!blobs.every((blob) => repository.blobs.has(blob.digest))) return exchange.fail(404, "MANIFEST_BLOB_UNKNOWN");
  if (!(document.manifests ?? []).every((child) => repository.manifests.has(child.digest))) return exchange.fail(404, "MANIFEST_UNKNOWN");
  repository.manifests.set(digest, { mediaType: exchange.headers["content-type"] ?? "", content: exchange.body });
  if (!isDigest(rest)) repository.tags.set(rest, digest);
  return exchange.reply(201, {
    "docker-content-digest": digest,
    ...(document.subject && referrers ? { "oci-subject": document.subject.digest } : {}),
  });
}

function serveTags(exchange: Exchange, { repository, name, repositories }: Place): Answered {
  if (!repositories.has(name)) return exchange.fail(404, "NAME_UNKNOWN");
  const last = exchange.url.searchParams.get("last") ?? "";
  const size = Number(exchange.url.searchParams.get("n") ?? 1000);
  const rest = [...repository.tags.keys()].sort().filter((tag) => tag > last);
  const page = rest.slice(0, size);
  const link: Record<string, string> =
    rest.length > page.length ? { link: `</v2/${name}/tags/list?n=${size}&last=${encodeURIComponent(page.at(-1)!)}>; rel="next"` } : {};
  return exchange.reply(200, { "content-type": "application/json", ...link }, JSON.stringify({ name, tags: page }));
}

function serveReferrers(exchange: Exchange, { repository, rest, referrers }: Place): Answered {
  if (!referrers) return exchange.fail(404, "UNSUPPORTED");
  const manifests = [...repository.manifests].flatMap(([digest, { mediaType, content }]) => {
    const document = JSON.parse(Buffer.from(content).toString("utf8")) as Document;
    if (document.subject?.digest !== rest) return [];
    return [
      {
        mediaType,
        digest,
        size: content.length,
        artifactType: document.artifactType ?? document.config?.mediaType,
        annotations: document.annotations,
      },
    ];
  });
  // Unfiltered on purpose: registries need not filter, so clients must.
  return exchange.reply(200, { "content-type": INDEX }, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}
