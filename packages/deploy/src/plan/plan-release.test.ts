import type { KubeObject } from "@epicube/core/seams";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Release } from "../releases/release.js";
import { parseWorkload } from "../releases/workload.js";
import { diffFields } from "./diff.js";
import { planRelease } from "./plan-release.js";

const workload = (image: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "a" },
  spec: { template: { spec: { containers: [{ image, envFrom: [{ secretRef: { name: "keys" } }] }] } } },
});
const secret = (value: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "keys" },
  stringData: { KEY: value },
});
const service: KubeObject = { apiVersion: "v1", kind: "Service", metadata: { name: "a" } };
const claim: KubeObject = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "a-data" } };

function release(objects: readonly KubeObject[]): Release {
  return {
    name: "a",
    namespace: "b",
    version: "1",
    chart: { name: "c", version: "1" },
    objects,
    hooks: [],
    images: {},
    text: "",
    userValues: {},
    chartValues: {},
  };
}

function plan(objects: readonly KubeObject[], recorded?: readonly KubeObject[]) {
  const wanted = release(objects);
  return planRelease({ release: wanted, workload: parseWorkload(wanted).value! }, recorded && release(recorded));
}

describe("planRelease", () => {
  it("creates what is not recorded, without a restart", () => {
    expect(plan([workload("i:1"), secret("x")])).toMatchObject([
      { action: "create", restartsPod: false },
      { action: "create", restartsPod: false },
    ]);
  });

  it("says which change restarts the IOC and why, and never shows a secret", () => {
    const changes = plan([workload("i:2"), secret("new-value"), service], [workload("i:1"), secret("old-value"), service]);
    expect(changes).toMatchObject([
      {
        action: "update",
        restartsPod: true,
        because: "/spec/template/spec/containers/0/image changes",
        fields: [{ path: "/spec/template/spec/containers/0/image", from: "i:1", to: "i:2" }],
      },
      { action: "update", restartsPod: true, fields: [{ path: "/stringData/KEY", secret: true }] },
      { action: "none", restartsPod: false },
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/old-value|new-value/);
  });

  it("deletes what is no longer asked for, but no claim", () => {
    expect(plan([workload("i:1"), secret("x")], [workload("i:1"), secret("x"), service, claim]).slice(2)).toMatchObject([
      { object: { kind: "Service" }, action: "delete" },
      { object: { kind: "PersistentVolumeClaim" }, action: "none", because: "a PersistentVolumeClaim is never deleted by a deployment" },
    ]);
  });
});

describe("diffFields", () => {
  it("is empty for equal documents, and otherwise names places that differ", () => {
    const at = (document: unknown, path: string) =>
      path
        .split("/")
        .slice(1)
        .reduce<unknown>((value, key) => {
          const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
          return typeof value === "object" && value !== null && Object.hasOwn(value, name)
            ? (value as Record<string, unknown>)[name]
            : undefined;
        }, document);
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (from, to) => {
        expect(diffFields(from, structuredClone(from))).toEqual([]);
        for (const change of diffFields(from, to)) {
          expect(at(from, change.path)).toEqual(change.from);
          expect(at(to, change.path)).toEqual(change.to);
          expect(change.from).not.toEqual(change.to);
        }
      }),
      { numRuns: 500 },
    );
  });
});
