import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf, isEpicubeError } from "@epicube/core";
import { createTempFolder, describePeer, type TempFolder } from "@epicube/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createRegistryClient,
  EMPTY_DESCRIPTOR,
  encodeDocument,
  type ImageReference,
  MEDIA_TYPES,
  openImageLayout,
  pullImage,
  pushImage,
  type RegistryClient,
  type TransferDone,
  type TransferEvent,
  validateLayout,
} from "../src/index.js";
import { noise, writeImage } from "./support/images.js";

const execute = promisify(execFile);
let temp: TempFolder;
let client: RegistryClient;
let child: ChildProcess;
let host: string;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function start(program: string): Promise<void> {
  temp = await createTempFolder("docker-registry");
  const port = await freePort();
  host = `127.0.0.1:${port}`;
  const config = join(temp.path, "config.yml");
  await writeFile(
    config,
    `version: 0.1\nlog: { level: error, accesslog: { disabled: true } }\nstorage: { filesystem: { rootdirectory: ${join(temp.path, "data")} }, delete: { enabled: true } }\nhttp: { addr: "${host}" }\n`,
  );
  child = spawn(program, ["serve", config], { stdio: "ignore", env: { OTEL_TRACES_EXPORTER: "none", HOME: temp.path } });
  client = createRegistryClient({ attempts: 8, backoffMs: 100 });
  // Up when it says that it has no such thing.
  await client.headManifest({ registry: host, repository: "x" }, "y");
}

async function stop(): Promise<void> {
  await client?.close();
  if (child && child.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await temp?.close();
}

async function finish(events: AsyncIterable<TransferEvent>): Promise<TransferDone> {
  let done: TransferDone | undefined;
  for await (const event of events) if (event.event === "done") done = event;
  return done!;
}
const at = (repository: string, tag = "1"): ImageReference => ({ registry: host, repository, tag });
const image = (name: string) =>
  writeImage(join(temp.path, "layout"), name, [
    { seed: "base", bytes: 3_000_000 },
    { seed: name, bytes: 50_000 },
  ]);

async function pullBack(from: ImageReference, folder: string) {
  const layout = await openImageLayout(join(temp.path, folder), { create: true });
  const writer = await layout.openWriter();
  const done = await finish(pullImage(client, from, writer));
  await writer.close();
  expect((await validateLayout(layout)).faults).toEqual([]);
  return { done, layout };
}

describePeer(["docker-registry"], "docker-registry", ({ "docker-registry": registry }) => {
  beforeAll(() => start(registry.paths["docker-registry"]!));
  afterAll(stop);

  it("takes pushes and gives the same back, moves nothing twice, and mounts", async () => {
    const base = await image("base");
    const first = await finish(pushImage(base.layout, base.descriptor, client, at("bl01t/base")));
    expect(first.uploadedBytes).toBeGreaterThan(3_000_000);
    expect(await finish(pushImage(base.layout, base.descriptor, client, at("bl01t/base")))).toMatchObject({
      uploadedBytes: 0,
      skippedBytes: first.uploadedBytes,
    });
    const leaf = await image("leaf");
    const second = await finish(pushImage(leaf.layout, leaf.descriptor, client, at("bl01t/leaf"), { mountFrom: ["bl01t/base"] }));
    expect(second.mountedBytes).toBeGreaterThan(3_000_000);
    expect(second.uploadedBytes).toBeLessThan(60_000);
    expect((await pullBack(at("bl01t/leaf"), "leaf-back")).done.digest).toBe(leaf.descriptor.digest);
    expect((await client.headManifest(at("bl01t/leaf"), "1"))?.digest).toBe(leaf.descriptor.digest);
  });

  it("takes blobs in chunks, also where a connection broke", async () => {
    const content = noise(700_000, "chunks");
    const inChunks = createRegistryClient({ monolithicBytes: 1000, chunkBytes: 100_000, backoffMs: 10 });
    let opened = 0;
    const open = (offset: number) => {
      opened++;
      // The third chunk and the fifth break off half-way.
      if (opened === 3 || opened === 5)
        return (async function* () {
          yield content.subarray(offset, offset + 50_000);
          await new Promise((resolve) => setTimeout(resolve, 50));
          throw new Error("cable pulled");
        })();
      return content.subarray(offset);
    };
    expect(await inChunks.writeBlob(at("chunks"), { digest: digestOf(content), size: content.length, open })).toBe("uploaded");
    expect(await client.headBlob(at("chunks"), digestOf(content))).toBe(content.length);
    await inChunks.close();
    const parts: Uint8Array[] = [];
    for await (const part of client.readBlob(at("chunks"), { digest: digestOf(content), size: content.length })) parts.push(part);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  it("lists tags page by page, keeps referrers by the fallback tag, and deletes", async () => {
    const { layout, descriptor } = await image("tags");
    for (const tag of ["a", "b", "c"]) await finish(pushImage(layout, descriptor, client, at("tags", tag)));
    const tags: string[] = [];
    for await (const tag of client.tags(at("tags"), { pageSize: 2 })) tags.push(tag);
    expect(tags.sort()).toEqual(["a", "b", "c"]);
    await client.writeBlob(at("tags"), { digest: EMPTY_DESCRIPTOR.digest, size: 2, open: () => Buffer.from("{}") });
    const sbom = encodeDocument({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      artifactType: "application/sbom",
      config: EMPTY_DESCRIPTOR,
      layers: [],
      subject: descriptor,
    });
    await client.writeManifest(at("tags"), digestOf(sbom), { mediaType: MEDIA_TYPES.manifest, content: sbom });
    expect((await client.referrers(at("tags"), descriptor.digest)).map((entry) => [entry.digest, entry.artifactType])).toEqual([
      [digestOf(sbom), "application/sbom"],
    ]);
    await client.deleteManifest(at("tags"), descriptor.digest);
    expect(await client.headManifest(at("tags"), "a")).toBeUndefined();
  });

  it("says what it does not like, and we pass it on", async () => {
    const content = encodeDocument({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      config: EMPTY_DESCRIPTOR,
      layers: [{ ...EMPTY_DESCRIPTOR, digest: digestOf("missing") }],
    });
    await expect(client.writeManifest(at("x"), "1", { mediaType: MEDIA_TYPES.manifest, content })).rejects.toSatisfy(
      (error) => isEpicubeError(error) && error.context.registryCode === "MANIFEST_BLOB_UNKNOWN",
    );
    await expect(client.readManifest(at("x"), "1")).rejects.toSatisfy((error) => isEpicubeError(error, "REGISTRY_NOT_FOUND"));
  });
});

describePeer(["docker-registry", "skopeo"], "skopeo by way of docker-registry", ({ "docker-registry": registry, skopeo }) => {
  beforeAll(() => start(registry.paths["docker-registry"]!));
  afterAll(stop);

  it("pulls what we pushed, and we pull what it pushed", async () => {
    const program = skopeo.paths.skopeo!;
    const { layout, descriptor } = await image("ours");
    await finish(pushImage(layout, descriptor, client, at("ours")));
    await execute(program, [
      "--insecure-policy",
      "copy",
      "--src-tls-verify=false",
      "--preserve-digests",
      `docker://${host}/ours:1`,
      `oci:${join(temp.path, "theirs")}:ours`,
    ]);
    const theirs = await openImageLayout(join(temp.path, "theirs"));
    expect((await theirs.resolve("ours"))?.digest).toBe(descriptor.digest);
    expect((await validateLayout(theirs)).faults).toEqual([]);
    for (const format of ["oci", "v2s2"]) {
      await execute(program, [
        "--insecure-policy",
        "copy",
        "--dest-tls-verify=false",
        "--format",
        format,
        `oci:${join(temp.path, "theirs")}:ours`,
        `docker://${host}/${format}:1`,
      ]);
      const { layout: back } = await pullBack(at(format), `back-${format}`);
      expect((await back.resolve(format))?.mediaType).toBe(format === "oci" ? MEDIA_TYPES.manifest : MEDIA_TYPES.dockerManifest);
    }
  });
});
