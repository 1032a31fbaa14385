import { digestOf, isEpicubeError } from "@epicube/core";
import { expect, describe as group, it } from "vitest";
import { formatPlatform, parsePlatform } from "../descriptor/descriptor.js";
import { layerCompression, MEDIA_TYPES } from "../descriptor/media-types.js";
import { describe, EMPTY_DESCRIPTOR, encodeDocument, type ImageManifest, parseImageConfig, parseIndex, parseManifest } from "./manifest.js";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return isEpicubeError(error) ? error.code : String(error);
  }
  return undefined;
};
const manifest: ImageManifest = { schemaVersion: 2, mediaType: MEDIA_TYPES.manifest, config: EMPTY_DESCRIPTOR, layers: [] };

group("documents", () => {
  it("keeps unknown fields and their order", () => {
    const text =
      '{"layers":[],"schemaVersion":2,"later":{"b":1,"a":2},"config":{"size":2,"mediaType":"x","digest":"' +
      EMPTY_DESCRIPTOR.digest +
      '"}}';
    expect(new TextDecoder().decode(encodeDocument(parseManifest(new TextEncoder().encode(text))))).toBe(text);
  });

  it("knows the empty descriptor", () => {
    expect(describe(MEDIA_TYPES.empty, new TextEncoder().encode("{}"))).toEqual(EMPTY_DESCRIPTOR);
    expect(EMPTY_DESCRIPTOR.digest).toBe(digestOf("{}"));
  });

  it.each([
    ["no JSON", new TextEncoder().encode("{")],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
    ["null", bytes(null)],
    ["another schema version", bytes({ ...manifest, schemaVersion: 1 })],
    ["an index that says so", bytes({ ...manifest, mediaType: MEDIA_TYPES.index })],
    ["a negative size", bytes({ ...manifest, layers: [{ ...EMPTY_DESCRIPTOR, size: -1 }] })],
    ["a size beyond 2^53", bytes({ ...manifest, layers: [{ ...EMPTY_DESCRIPTOR, size: 2 ** 60 }] })],
    ["a digest that is a path", bytes({ ...manifest, layers: [{ ...EMPTY_DESCRIPTOR, digest: "sha256:../../etc/passwd" }] })],
    ["an upper-case digest", bytes({ ...manifest, config: { ...EMPTY_DESCRIPTOR, digest: EMPTY_DESCRIPTOR.digest.toUpperCase() } })],
    ["annotations that are no text", bytes({ ...manifest, annotations: { a: 1 } })],
    ["9 MiB", new Uint8Array(9 * 1024 * 1024)],
  ])("refuses %s", (_, content) => {
    expect(code(() => parseManifest(content))).toBe("OCI_DOCUMENT");
  });

  it("reads Docker's documents too", () => {
    expect(parseManifest(bytes({ ...manifest, mediaType: MEDIA_TYPES.dockerManifest })).layers).toEqual([]);
    expect(parseIndex(bytes({ schemaVersion: 2, mediaType: MEDIA_TYPES.dockerList, manifests: [] })).manifests).toEqual([]);
    const config = parseImageConfig(
      bytes({
        architecture: "amd64",
        os: "linux",
        config: { Env: null, Entrypoint: null },
        rootfs: { type: "layers", diff_ids: [] },
        history: null,
      }),
    );
    expect(config.config?.Env).toBeNull();
    expect(code(() => parseImageConfig(bytes({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: ["x"] } })))).toBe(
      "OCI_DOCUMENT",
    );
  });

  it("knows how layers are compressed", () => {
    expect(layerCompression(MEDIA_TYPES.layer)).toBe("none");
    expect(layerCompression(MEDIA_TYPES.layerGzip)).toBe("gzip");
    expect(layerCompression(MEDIA_TYPES.dockerLayerGzip)).toBe("gzip");
    expect(layerCompression("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd")).toBe("zstd");
    expect(layerCompression(MEDIA_TYPES.config)).toBeUndefined();
  });

  it("reads and writes platforms", () => {
    expect(parsePlatform("linux/arm/v7")).toEqual({ os: "linux", architecture: "arm", variant: "v7" });
    expect(formatPlatform(parsePlatform("linux/amd64"))).toBe("linux/amd64");
  });
});
