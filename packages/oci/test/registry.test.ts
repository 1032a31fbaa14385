import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Credentials,
  collectBytes,
  createRegistryClient,
  describe as descriptorOf,
  EMPTY_DESCRIPTOR,
  encodeDocument,
  type ImageReference,
  MEDIA_TYPES,
  openImageLayout,
  pullImage,
  pushImage,
  type RegistryClient,
  type RegistryClientOptions,
  type TransferDone,
  type TransferEvent,
  validateLayout,
} from "../src/index.js";
import { createTestRegistry, type RegistryFault, type TestRegistry, type TestRegistryOptions } from "../src/testing.js";
import { noise, writeImage } from "./support/images.js";

let temp: TempFolder;
const opened: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  temp = await createTempFolder("registry");
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
  await temp.close();
});

const code = (wanted: string) => (error: unknown) => isEpicubeError(error, wanted);
async function serve(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await createTestRegistry(options);
  opened.push(registry);
  return registry;
}
function connect(options: RegistryClientOptions = {}): RegistryClient {
  const client = createRegistryClient({ backoffMs: 1, ...options });
  opened.push(client);
  return client;
}
async function finish(events: AsyncIterable<TransferEvent>): Promise<TransferDone> {
  let done: TransferDone | undefined;
  for await (const event of events) if (event.event === "done") done = event;
  return done!;
}
const at = (registry: TestRegistry, repository = "bl01t/ioc-runtime", tag = "1"): ImageReference => ({
  registry: registry.host,
  repository,
  tag,
});
const image = (name = "ioc-runtime") =>
  writeImage(join(temp.path, "layout"), name, [
    { seed: "base", bytes: 30_000 },
    { seed: name, bytes: 5000 },
  ]);
/** Pulls and checks every digest of what came. */
async function pullBack(client: RegistryClient, from: ImageReference): Promise<{ done: TransferDone; folder: string }> {
  const folder = join(temp.path, `pulled-${(await readdir(temp.path)).length}`);
  const layout = await openImageLayout(folder, { create: true });
  const writer = await layout.openWriter();
  try {
    const done = await finish(pullImage(client, from, writer));
    expect((await validateLayout(layout)).faults).toEqual([]);
    return { done, folder };
  } finally {
    await writer.close();
  }
}
const user: Credentials = { kind: "password", username: "u", password: "p" };
const bearer = { kind: "bearer", username: "u", password: "p", identityToken: "I" } as const;

describe("push and pull", () => {
  it("take an image there and back, and move nothing the second time", async () => {
    const registry = await serve();
    const client = connect();
    const { layout, descriptor } = await image();
    const first = await finish(pushImage(layout, descriptor, client, at(registry)));
    expect(first).toMatchObject({ digest: descriptor.digest, mountedBytes: 0, skippedBytes: 0 });
    const again = await finish(pushImage(layout, descriptor, client, at(registry)));
    expect(again).toMatchObject({ uploadedBytes: 0, skippedBytes: first.uploadedBytes });
    expect(registry.openUploads).toBe(0);
    const { done, folder } = await pullBack(client, at(registry));
    expect(done).toMatchObject({ digest: descriptor.digest, downloadedBytes: first.uploadedBytes, skippedBytes: 0 });
    expect((await (await openImageLayout(folder)).resolve("ioc-runtime"))?.digest).toBe(descriptor.digest);
  });

  it("mount what another repository of the registry has", async () => {
    const registry = await serve();
    const client = connect();
    const base = await image("base");
    await finish(pushImage(base.layout, base.descriptor, client, at(registry, "bl01t/base")));
    const leaf = await image("leaf");
    const done = await finish(
      pushImage(leaf.layout, leaf.descriptor, client, at(registry, "bl01t/leaf"), { mountFrom: ["bl01t/nothing", "bl01t/base"] }),
    );
    expect(done.mountedBytes).toBeGreaterThan(30_000);
    expect(done.uploadedBytes).toBeLessThan(7000);
    const sent = registry.requests
      .filter((request) => request.path.includes("/bl01t/leaf/"))
      .reduce((sum, request) => sum + request.requestBytes, 0);
    expect(sent).toBeLessThan(8000);
    await pullBack(client, at(registry, "bl01t/leaf"));
  });

  it("take an index with its images, children first, and one platform of it", async () => {
    const registry = await serve();
    const client = connect();
    const one = await image("one");
    const two = await image("two");
    const index = encodeDocument({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.index,
      manifests: [
        { ...one.descriptor, platform: { os: "linux", architecture: "amd64" } },
        { ...two.descriptor, platform: { os: "linux", architecture: "arm64" } },
      ],
    });
    const writer = await one.layout.openWriter();
    await writer.writeBlob(index);
    await finish(pushImage(one.layout, descriptorOf(MEDIA_TYPES.index, index), client, at(registry)));
    await writer.close();
    const { folder } = await pullBack(client, at(registry));
    expect(await (await openImageLayout(folder)).blobs()).toHaveLength(1 + 2 + 2 + 3);
    const part = await openImageLayout(join(temp.path, "part"), { create: true });
    const partWriter = await part.openWriter();
    await finish(pullImage(client, at(registry), partWriter, { platform: "linux/arm64", name: "arm" }));
    expect((await part.resolve("arm"))?.digest).toBe(two.descriptor.digest);
    await expect(finish(pullImage(client, at(registry), partWriter, { platform: "linux/riscv64" }))).rejects.toSatisfy(
      code("IMAGE_PLATFORM"),
    );
    await partWriter.close();
  });

  it("stop when aborted", async () => {
    const registry = await serve();
    const client = connect();
    const { layout, descriptor } = await image();
    const controller = new AbortController();
    const run = (async () => {
      for await (const event of pushImage(layout, descriptor, client, at(registry), { signal: controller.signal }))
        if (event.event === "progress") controller.abort(new Error("enough"));
    })();
    await expect(run).rejects.toThrow("enough");
    expect(registry.manifest("bl01t/ioc-runtime", "1")).toBeUndefined();
  });

  it("push nothing of a layout that is damaged", async () => {
    const registry = await serve();
    const client = connect();
    const { layout, descriptor } = await image();
    const { writeFile } = await import("node:fs/promises");
    for (const digest of await layout.blobs())
      if (((await layout.blobSize(digest)) ?? 0) > 20_000)
        await writeFile(layout.blobFile(digest), noise((await layout.blobSize(digest))!, "wrong"));
    await expect(finish(pushImage(layout, descriptor, client, at(registry)))).rejects.toSatisfy(isEpicubeError);
    expect(registry.manifest("bl01t/ioc-runtime", "1")).toBeUndefined();
  });
});

describe("logins", () => {
  it.each<[string, TestRegistryOptions, Credentials]>([
    ["basic", { login: { kind: "basic", username: "u", password: "p" } }, user],
    ["a token for user and password", { login: bearer }, user],
    ["a token for an identity token", { login: bearer }, { kind: "identity-token", token: "I" }],
    ["tokens that live no time", { login: { ...bearer, expiresInSeconds: 1 } }, user],
  ])("%s", async (_, options, credentials) => {
    const registry = await serve(options);
    const asked: string[] = [];
    const client = connect({
      credentials: async (host, repository) => {
        asked.push(`${host}/${repository}`);
        return credentials;
      },
    });
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, client, at(registry)));
    await pullBack(client, at(registry));
    expect(new Set(asked)).toEqual(new Set([`${registry.host}/bl01t/ioc-runtime`]));
  });

  it("mount with the rights of both repositories in one token", async () => {
    const registry = await serve({ login: bearer });
    const client = connect({ credentials: async () => user });
    const base = await image("base");
    await finish(pushImage(base.layout, base.descriptor, client, at(registry, "a/base")));
    const leaf = await image("leaf");
    expect(
      (await finish(pushImage(leaf.layout, leaf.descriptor, client, at(registry, "b/leaf"), { mountFrom: ["a/base"] }))).mountedBytes,
    ).toBeGreaterThan(30_000);
    expect(
      registry.requests.some(
        (request) => request.path.startsWith("/token") && request.path.includes("a%2Fbase") && request.path.includes("b%2Fleaf"),
      ),
    ).toBe(true);
  });

  it("are refused with a reason, and never more than asked for", async () => {
    const registry = await serve({ login: bearer });
    const { layout, descriptor } = await image();
    await expect(finish(pushImage(layout, descriptor, connect(), at(registry)))).rejects.toSatisfy(code("REGISTRY_UNAUTHORIZED"));
    const wrong = connect({ credentials: async () => ({ ...user, password: "secret-word" }) as Credentials });
    await expect(finish(pushImage(layout, descriptor, wrong, at(registry)))).rejects.toSatisfy(
      (error) =>
        code("REGISTRY_UNAUTHORIZED")(error) &&
        !JSON.stringify(error).includes("secret-word") &&
        !String((error as Error).stack).includes("secret-word"),
    );
    const basic = await serve({ login: { kind: "basic", username: "u", password: "p" } });
    await expect(connect().headBlob(at(basic), descriptor.digest)).rejects.toSatisfy(code("REGISTRY_UNAUTHORIZED"));
  });

  it("lets anyone read what is public", async () => {
    const registry = await serve({ login: { ...bearer, publicRepositories: ["bl01t/ioc-runtime"] } });
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, connect({ credentials: async () => user }), at(registry)));
    await pullBack(connect(), at(registry));
    await expect(finish(pushImage(layout, descriptor, connect(), at(registry, "bl01t/ioc-runtime", "2")))).rejects.toSatisfy(
      code("REGISTRY_UNAUTHORIZED"),
    );
  });
});

/** Options that make a blob of 30 KB one of many chunks. */
const chunked = { monolithicBytes: 4000, chunkBytes: 7000 } as const;

describe("a registry in trouble", () => {
  const cases: [string, TestRegistryOptions, RegistryFault[], RegistryClientOptions][] = [
    ["tokens that expire in the middle", { login: bearer }, [{ method: "PUT", path: /blobs\/uploads/, expireTokens: true, times: 1 }], {}],
    ["tokens that expire before the manifest", { login: bearer }, [{ method: "PUT", path: /manifests/, expireTokens: true, times: 1 }], {}],
    ["tokens that expire between chunks", { login: bearer }, [{ method: "PATCH", expireTokens: true, after: 2, times: 1 }], chunked],
    ["another server for blobs", { blobStore: true }, [], {}],
    ["another server for blobs, and a login", { blobStore: true, login: bearer }, [], {}],
    ["another server for chunks", { blobStore: true }, [], chunked],
    ["relative Locations with a query", { relativeLocations: true }, [], {}],
    ["relative Locations, in chunks", { relativeLocations: true }, [], chunked],
    ["no mounting", { mounts: false }, [], {}],
    ["a least size of chunks", { chunkMinBytes: 20_000 }, [], chunked],
    ["chunks that are kept in part", {}, [{ method: "PATCH", keepChunkBytes: 3000, times: 2 }], chunked],
    ["a chunk that is refused as out of place", {}, [{ method: "PATCH", status: 416, after: 1, times: 1 }], chunked],
    ["a chunk that arrives though its answer does not", {}, [{ method: "PATCH", resetAnswer: true, after: 1, times: 1 }], chunked],
    [
      "a lost session",
      {},
      [
        { method: "PATCH", status: 404, after: 1, times: 1 },
        { method: "GET", path: /uploads/, status: 404, times: 1 },
      ],
      chunked,
    ],
    ["429 with a Retry-After in seconds", {}, [{ status: 429, headers: { "retry-after": "0" }, times: 3 }], {}],
    ["429 with a Retry-After as a date", {}, [{ status: 429, headers: { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, times: 3 }], {}],
    [
      "503 now and then",
      {},
      [
        { status: 503, times: 1 },
        { method: "PUT", status: 502, after: 1, times: 2 },
      ],
      {},
    ],
    ["connections cut in uploads", {}, [{ method: "PUT", path: /uploads/, resetAfterRequestBytes: 100, times: 2 }], {}],
    ["connections cut in chunks", {}, [{ method: "PATCH", resetAfterRequestBytes: 100, times: 3 }], chunked],
    ["an upload whose answer is lost", {}, [{ method: "PUT", path: /uploads/, resetAnswer: true, times: 1 }], {}],
    ["a manifest whose answer is lost", {}, [{ method: "PUT", path: /manifests/, resetAnswer: true, times: 1 }], {}],
    ["connections cut in downloads", {}, [{ method: "GET", path: /blobs\/sha256/, resetAfterAnswerBytes: 1000, times: 2 }], {}],
    ["no login header on a first 401", { login: bearer }, [], {}],
  ];
  it.each(cases)("is got through: %s", async (_, options, faults, clientOptions) => {
    const registry = await serve(options);
    for (const fault of faults) registry.inject(fault);
    const client = connect({ ...(options.login ? { credentials: async () => user } : {}), ...clientOptions });
    const { layout, descriptor } = await image();
    const done = await finish(pushImage(layout, descriptor, client, at(registry), { mountFrom: ["bl01t/other"], concurrency: 1 }));
    expect(done.uploadedBytes).toBeGreaterThan(35_000);
    expect((await pullBack(client, at(registry))).done.digest).toBe(descriptor.digest);
    // Secrets go to the registry alone.
    expect(registry.requests.filter((request) => request.server === "store" && request.authorization !== undefined)).toEqual([]);
    if (options.blobStore) expect(registry.requests.some((request) => request.server === "store")).toBe(true);
    if (options.chunkMinBytes) {
      const patches = registry.requests.filter((request) => request.method === "PATCH" && request.status === 202);
      expect(patches.some((request) => request.requestBytes >= 20_000)).toBe(true);
    }
  });

  it.each<[string, RegistryFault, string]>([
    ["another digest of a manifest", { method: "PUT", path: /manifests/, statedDigest: digestOf("x") }, "REGISTRY_DIGEST"],
    ["another digest of a blob", { method: "PUT", path: /uploads/, statedDigest: digestOf("x") }, "REGISTRY_DIGEST"],
    ["no Location", { method: "POST", status: 202 }, "REGISTRY_PROTOCOL"],
    ["403", { method: "POST", status: 403 }, "REGISTRY_DENIED"],
    ["503 for ever", { status: 503 }, "REGISTRY_HTTP"],
    ["429 for ever", { status: 429, headers: { "retry-after": "0" } }, "REGISTRY_RATE_LIMITED"],
    ["cut connections for ever", { method: "PUT", path: /uploads/, resetAfterRequestBytes: 10 }, "REGISTRY_UNREACHABLE"],
    ["redirects for ever", { method: "HEAD", status: 307, headers: { location: "/v2/again" } }, "REGISTRY_PROTOCOL"],
    [
      "a redirect to a host without TLS",
      { method: "HEAD", status: 307, headers: { location: "http://registry.example/x" } },
      "REGISTRY_INSECURE",
    ],
  ])("ends a push with a clear error: %s", async (_, fault, wanted) => {
    const registry = await serve();
    registry.inject(fault);
    const { layout, descriptor } = await image();
    await expect(finish(pushImage(layout, descriptor, connect(), at(registry)))).rejects.toSatisfy(code(wanted));
    registry.clearFaults();
    // What was left of it does no harm.
    await finish(pushImage(layout, descriptor, connect(), at(registry)));
    await pullBack(connect(), at(registry));
  });

  it.each<[string, RegistryFault, string]>([
    ["a manifest with a changed byte", { method: "GET", path: /manifests/, corruptAnswer: true }, "REGISTRY_DIGEST"],
    ["a manifest that is cut", { method: "GET", path: /manifests/, truncateAnswerBytes: 100 }, "REGISTRY_DIGEST"],
    ["a blob with a changed byte", { method: "GET", path: /blobs/, corruptAnswer: true }, "REGISTRY_DIGEST"],
    ["a blob that always ends early", { method: "GET", path: /blobs/, truncateAnswerBytes: 0 }, "REGISTRY_UNREACHABLE"],
    ["a blob whose connection is always cut", { method: "GET", path: /blobs/, resetAfterAnswerBytes: 0 }, "REGISTRY_UNREACHABLE"],
    ["a blob that is gone", { method: "GET", path: /blobs/, status: 404 }, "REGISTRY_NOT_FOUND"],
    ["a page of a proxy", { method: "GET", path: /manifests/, status: 200, headers: { "content-type": "text/html" } }, "OCI_DOCUMENT"],
  ])("ends a pull with a clear error, and no name in the layout: %s", async (_, fault, wanted) => {
    const registry = await serve();
    const client = connect();
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, client, at(registry)));
    registry.inject(fault);
    const target = await openImageLayout(join(temp.path, "target"), { create: true });
    const writer = await target.openWriter();
    await expect(finish(pullImage(client, at(registry), writer))).rejects.toSatisfy(code(wanted));
    expect((await target.index()).manifests).toEqual([]);
    expect((await validateLayout(target)).faults).toEqual([]);
    expect(await readdir(join(temp.path, "target/.epicube/tmp"))).toEqual([]);
    registry.clearFaults();
    await finish(pullImage(client, at(registry), writer));
    await writer.close();
    expect((await validateLayout(target)).faults).toEqual([]);
  });

  it.each([false, true])("is got through wherever the connection is cut in an upload (in chunks: %s)", async (inChunks) => {
    const registry = await serve();
    const client = connect(inChunks ? { monolithicBytes: 1000, chunkBytes: 8000 } : {});
    const content = noise(40_000, `cut ${inChunks}`);
    for (let at = 0; at < 40_000; at += 2500) {
      const name = `r${at}`;
      registry.inject({
        path: new RegExp(`/${name}/`),
        method: inChunks ? "PATCH" : "PUT",
        resetAfterRequestBytes: at % 8000,
        times: 1,
        after: inChunks ? Math.floor(at / 8000) : 0,
      });
      const outcome = await client.writeBlob(
        { registry: registry.host, repository: name },
        { digest: digestOf(content), size: content.length, open: (offset) => content.subarray(offset) },
      );
      expect(outcome).toBe("uploaded");
      expect(registry.blobs(name)).toEqual([digestOf(content)]);
    }
    expect(registry.requests.filter((request) => request.status === 0)).toHaveLength(16);
  });

  it("goes on with a download where it broke off", async () => {
    const registry = await serve();
    const client = connect({ attempts: 10 });
    const content = noise(100_000, "down");
    const place = { registry: registry.host, repository: "x" };
    await client.writeBlob(place, { digest: digestOf(content), size: content.length, open: (offset) => content.subarray(offset) });
    registry.inject({ method: "GET", resetAfterAnswerBytes: 20_000, times: 3 });
    const got = await collectBytes(client.readBlob(place, { digest: digestOf(content), size: content.length }), 2 ** 20);
    expect(digestOf(got)).toBe(digestOf(content));
    const sent = registry.requests.filter((request) => request.method === "GET").reduce((sum, request) => sum + request.answerBytes, 0);
    expect(sent).toBeLessThan(165_000);
  });
});

describe("a client", () => {
  it("never goes without TLS to a host that is neither loopback nor listed", async () => {
    const client = connect({ attempts: 1, timeoutMs: 500 });
    await expect(client.headBlob({ registry: "registry.invalid", repository: "x" }, digestOf("x"))).rejects.toSatisfy(
      (error) => code("REGISTRY_UNREACHABLE")(error) && (error as Error).message.includes("https://registry.invalid/"),
    );
    const plain = connect({ attempts: 1, timeoutMs: 500, plainHttp: ["registry.invalid:5000"] });
    await expect(plain.headBlob({ registry: "registry.invalid:5000", repository: "x" }, digestOf("x"))).rejects.toSatisfy((error) =>
      (error as Error).message.includes("http://registry.invalid:5000/"),
    );
  });

  it("reads tags page by page", async () => {
    const registry = await serve();
    const client = connect();
    const tags = ["a", "b", "c", "d", "e"];
    for (const tag of tags) registry.setManifest("x", tag, MEDIA_TYPES.manifest, Buffer.from(`{"t":"${tag}"}`));
    const seen: string[] = [];
    for await (const tag of client.tags({ registry: registry.host, repository: "x" }, { pageSize: 2 })) seen.push(tag);
    expect(seen).toEqual(tags);
    expect(registry.requests).toHaveLength(3);
  });

  it("asks mirrors first for what is read, and the registry for what they lack", async () => {
    const registry = await serve();
    const mirror = await serve();
    const broken = await serve();
    broken.inject({ status: 500 });
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, connect(), at(registry)));
    const other = await image("other");
    await finish(pushImage(other.layout, other.descriptor, connect(), at(mirror)));
    const client = connect({ mirrors: { [registry.host]: [broken.host, mirror.host] }, attempts: 1 });
    expect((await pullBack(client, at(registry))).done.digest).toBe(other.descriptor.digest);
    expect((await pullBack(client, { ...at(registry), digest: descriptor.digest })).done.digest).toBe(descriptor.digest);
  });

  it("deletes, and says where that is not allowed", async () => {
    const registry = await serve();
    const client = connect();
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, client, at(registry)));
    expect(await client.headManifest(at(registry), "1")).toEqual(descriptor);
    await client.deleteManifest(at(registry), descriptor.digest);
    expect(await client.headManifest(at(registry), "1")).toBeUndefined();
    const [blob] = registry.blobs("bl01t/ioc-runtime");
    await client.deleteBlob(at(registry), blob!);
    expect(await client.headBlob(at(registry), blob!)).toBeUndefined();
    const fixed = await serve({ deletes: false });
    await expect(client.deleteManifest(at(fixed), descriptor.digest)).rejects.toSatisfy(code("REGISTRY_DELETE_DISABLED"));
  });

  const artifact = (subject: ReturnType<typeof descriptorOf>, type: string, note: string) =>
    encodeDocument({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      artifactType: type,
      config: EMPTY_DESCRIPTOR,
      layers: [],
      subject,
      annotations: { note },
    });

  it.each([true, false])("lists referrers (registry with the API: %s)", async (referrers) => {
    const registry = await serve({ referrers });
    const client = connect();
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, client, at(registry)));
    const empty = Buffer.from("{}");
    await client.writeBlob(at(registry), { digest: EMPTY_DESCRIPTOR.digest, size: 2, open: () => empty });
    const digests = [];
    for (const [type, note] of [
      ["application/sbom", "1"],
      ["application/signature", "2"],
      ["application/sbom", "3"],
    ] as const) {
      const content = artifact(descriptor, type, note);
      // Twice: entered once.
      await client.writeManifest(at(registry), digestOf(content), { mediaType: MEDIA_TYPES.manifest, content });
      digests.push(await client.writeManifest(at(registry), digestOf(content), { mediaType: MEDIA_TYPES.manifest, content }));
    }
    const all = await client.referrers(at(registry), descriptor.digest);
    expect(all.map((entry) => entry.digest).sort()).toEqual([...digests].sort());
    const sboms = await client.referrers(at(registry), descriptor.digest, { artifactType: "application/sbom" });
    expect(sboms.map((entry) => [entry.artifactType, entry.annotations?.note])).toEqual([
      ["application/sbom", "1"],
      ["application/sbom", "3"],
    ]);
    expect(await client.referrers(at(registry), digestOf("nothing"))).toEqual([]);
    expect(registry.manifest("bl01t/ioc-runtime", descriptor.digest.replace(":", "-")) === undefined).toBe(referrers);
  });

  it("does not lose its referrer to another writer of the fallback tag", async () => {
    const registry = await serve({ referrers: false });
    const client = connect();
    const { layout, descriptor } = await image();
    await finish(pushImage(layout, descriptor, client, at(registry)));
    await client.writeBlob(at(registry), { digest: EMPTY_DESCRIPTOR.digest, size: 2, open: () => Buffer.from("{}") });
    const tag = descriptor.digest.replace(":", "-");
    const theirs = { ...descriptorOf(MEDIA_TYPES.manifest, Buffer.from("theirs")), artifactType: "application/theirs" };
    // Between our writing and our reading it again, someone else puts their own list there.
    registry.inject({
      method: "GET",
      path: new RegExp(`manifests/${tag}`),
      after: 1,
      times: 1,
      before: () =>
        registry.setManifest(
          "bl01t/ioc-runtime",
          tag,
          MEDIA_TYPES.index,
          encodeDocument({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [theirs] }),
        ),
    });
    // The list names a manifest that this registry would want to have.
    registry.setManifest("bl01t/ioc-runtime", "theirs", MEDIA_TYPES.manifest, Buffer.from("theirs"));
    const content = artifact(descriptor, "application/ours", "");
    const digest = await client.writeManifest(at(registry), digestOf(content), { mediaType: MEDIA_TYPES.manifest, content });
    expect((await client.referrers(at(registry), descriptor.digest)).map((entry) => entry.digest).sort()).toEqual(
      [digest, theirs.digest].sort(),
    );
  });
});
