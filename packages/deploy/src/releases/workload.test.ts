import { gzipSync } from "node:zlib";
import type { KubeObject } from "@epicube/core/seams";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandReferences } from "./environment.js";
import { isSafePath } from "./mounts.js";
import type { Release } from "./release.js";
import { parseWorkload } from "./workload.js";

function release(container: object, volumes: readonly object[] = [], others: readonly KubeObject[] = [], kind = "StatefulSet"): Release {
  const workload: KubeObject = {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "a", namespace: "bl" },
    spec: {
      template: { metadata: { labels: { app: "motion" } }, spec: { containers: [container, { name: "sidecar", env: 5 }], volumes } },
    },
  };
  return {
    name: "a",
    namespace: "bl",
    version: "1",
    chart: { name: "c", version: "1" },
    objects: [...others, workload],
    hooks: [],
    images: {},
    text: "",
    userValues: {},
    chartValues: {},
  };
}

const configMap = (name: string, fields: object): KubeObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...fields });
const secret = (name: string, fields: object): KubeObject => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, ...fields });
const text = (files: readonly { path: string; content: Uint8Array }[] | undefined) =>
  Object.fromEntries((files ?? []).map((file) => [file.path, new TextDecoder().decode(file.content)]));
const base64 = (value: string) => Buffer.from(value).toString("base64");

describe("parseWorkload", () => {
  it("reads the environment in the order of Kubernetes", () => {
    const sound = parseWorkload(
      release(
        {
          envFrom: [{ configMapRef: { name: "shared" } }, { prefix: "S_", secretRef: { name: "keys" } }],
          env: [
            { name: "A", value: "own" },
            { name: "B", value: "$(A)-$(C)-$(S_USER)-$(NONE)-$$(A)" },
          ],
        },
        [],
        [configMap("shared", { data: { A: "shared", C: "c", "not.a-name": "kept" } }), secret("keys", { data: { USER: base64("me") } })],
      ),
    );
    expect(sound.diagnostics).toEqual([]);
    expect(sound.value?.environment).toEqual({ A: "own", C: "c", "not.a-name": "kept", S_USER: "me", B: "own-c-me-$(NONE)-$(A)" });
    expect(sound.value?.reads).toEqual(["ConfigMap/shared", "Secret/keys"]);
    const fields = parseWorkload(
      release(
        {
          env: [
            { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "NS", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
            { name: "APP", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "USER" } } },
            { name: "MAYBE", valueFrom: { configMapKeyRef: { name: "gone", key: "x", optional: true } } },
            { name: "EMPTY" },
          ],
        },
        [],
        [secret("keys", { data: { USER: base64("me") } })],
      ),
    );
    expect(fields.value?.environment).toEqual({ POD: "a-0", NS: "bl", APP: "motion", KEY: "me", EMPTY: "" });
  });

  it("takes files by items, subPath and nested mount, unzips generated ones, and leaves other mounts", () => {
    const parsed = parseWorkload(
      release(
        {
          volumeMounts: [
            { name: "config", mountPath: "/epics/ioc/config/" },
            { name: "picked", mountPath: "/epics/ioc/config/extra" },
            { name: "one", mountPath: "/epics/ioc/config/single.txt", subPath: "b.txt" },
            { name: "generated", mountPath: "/epics/generated" },
            { name: "scratch", mountPath: "/epics/runtime" },
            { name: "token", mountPath: "/var/run/token" },
            { name: "absent", mountPath: "/epics/ioc/config/absent" },
          ],
        },
        [
          { name: "config", configMap: { name: "files" } },
          { name: "picked", configMap: { name: "files", items: [{ key: "a.txt", path: "deep/x.txt" }] } },
          { name: "one", configMap: { name: "files" } },
          { name: "generated", configMap: { name: "made" } },
          { name: "scratch", emptyDir: {} },
          { name: "token", secret: { secretName: "token" } },
          { name: "absent", configMap: { name: "absent", optional: true } },
        ],
        [
          configMap("files", { data: { "a.txt": "A", "b.txt": "B" }, binaryData: { "c.bin": base64("C") } }),
          configMap("made", { data: { "st.cmd": "iocInit" }, binaryData: { "ioc.db.gz": gzipSync("record").toString("base64") } }),
          secret("token", { data: { t: base64("t") } }),
        ],
      ),
    );
    expect(parsed.diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning MOUNT_IGNORED"]);
    expect(text(parsed.value?.config)).toEqual({ "c.bin": "C", "a.txt": "A", "b.txt": "B", "extra/deep/x.txt": "A", "single.txt": "B" });
    expect(text(parsed.value?.runtime)).toEqual({ "st.cmd": "iocInit", "ioc.db": "record" });
    expect(parsed.value?.reads).toEqual(["ConfigMap/absent", "ConfigMap/files", "ConfigMap/made", "Secret/token"]);
  });

  it.each([
    [
      "a variable's name",
      { env: [{ name: "A=B", value: "x" }] },
      'StatefulSet/a spec.template.spec.containers[0].env[0].name: "A=B" is no name',
    ],
    ["a number as value", { env: [{ name: "A", value: 5 }] }, "env[0].value: the value of A must be a string"],
    ["NUL in a value", { env: [{ name: "A", value: "x\0" }] }, "env[0].value: the value of A must be a string"],
    [
      "an unknown field",
      { env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "status.phase" } } }] },
      "env[0].valueFrom: status.phase is not known",
    ],
    ["a missing ConfigMap", { envFrom: [{ configMapRef: { name: "x" } }] }, "envFrom[0]: ConfigMap/x is not among"],
  ])("finds %s, with its place", (_what, container, message) => {
    const parsed = parseWorkload(release(container));
    expect(parsed.value).toBeUndefined();
    expect(parsed.diagnostics).toHaveLength(1);
    expect(parsed.diagnostics[0]?.message).toContain('release "a", ');
    expect(parsed.diagnostics[0]?.message).toContain(message);
  });

  it.each(["../x", "/etc/passwd", "a/../../x", "a//b", "a\\..\\b", "x\0"])("refuses the item path %j", (path) => {
    const parsed = parseWorkload(
      release(
        { volumeMounts: [{ name: "v", mountPath: "/epics/generated" }] },
        [{ name: "v", configMap: { name: "m", items: [{ key: "k", path }] } }],
        [configMap("m", { data: { k: "x" } })],
      ),
    );
    expect(parsed.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["MOUNT_INVALID"]);
  });

  it("refuses a gzip bomb and what is no gzip", () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString("base64");
    for (const data of [bomb, base64("no gzip")]) {
      const parsed = parseWorkload(
        release(
          { volumeMounts: [{ name: "v", mountPath: "/epics/generated" }] },
          [{ name: "v", configMap: { name: "m" } }],
          [configMap("m", { binaryData: { "ioc.db.gz": data } })],
        ),
      );
      expect(parsed.diagnostics[0]?.message).toContain("ioc.db.gz cannot be gunzipped");
    }
  });

  it("takes a Deployment too, and warns about replicas", () => {
    const many = release({}, [], [], "Deployment");
    (many.objects[0]!.spec as { replicas: number }).replicas = 3;
    const parsed = parseWorkload(many);
    expect(parsed.value).toMatchObject({ kind: "Deployment", replicas: 1 });
    expect(parsed.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["REPLICAS_IGNORED"]);
  });

  it("gives findings, never an exception, for objects of any shape", () => {
    const base = release({ env: [{ name: "A", value: "x" }], volumeMounts: [{ name: "v", mountPath: "/epics/generated" }] });
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (container, volumes, data, object) => {
        const odd = release(container as object, volumes as never, [configMap("m", { data }), object as KubeObject]);
        const parsed = parseWorkload(odd);
        if (!parsed.value) expect(parsed.diagnostics.length).toBeGreaterThan(0);
        const spoilt = structuredClone(base) as unknown as { objects: unknown[] };
        spoilt.objects.push({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "v" }, data });
        parseWorkload(spoilt as unknown as Release);
      }),
      { numRuns: 500 },
    );
  });
});

describe("isSafePath", () => {
  it("never lets a path out of its folder", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom("..", ".", "a", "", "/", "\\"), { maxLength: 6 }).map((parts) => parts.join("/")),
        ),
        (path) => {
          if (!isSafePath(path)) return;
          expect(new URL(path, "file:///root/").pathname.startsWith("/root/")).toBe(true);
          expect(path).not.toMatch(/(^|\/)\.\.?(\/|$)|^\/|\0/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("expandReferences", () => {
  it.each([
    ["$(A)", "1"],
    ["x$(A)y$(B)z", "x1y$(B)z"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$", "$"],
    ["$(A", "$(A"],
    ["$A", "$A"],
  ])("%s becomes %s", (value, expected) => {
    expect(expandReferences(value, new Map([["A", "1"]]))).toBe(expected);
  });
});
