import type { KubeObject } from "@epicube/core/seams";
import { createTempFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { loadChart } from "../src/load/load-chart.js";
import { renderRelease } from "../src/render/render-release.js";
import { iocInstanceCases } from "./cases/ioc-instance.js";
import { writeTree } from "./support/helm.js";

interface Container {
  name: string;
  image: string;
  args?: string[];
  command?: string[];
  env: { name: string; value?: string }[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  livenessProbe?: { httpGet?: { path: string; port: number } };
}
interface PodSpec {
  hostNetwork?: boolean;
  containers: Container[];
  volumes: { name: string; emptyDir?: object; persistentVolumeClaim?: { claimName: string } }[];
}

async function render(title: string, name = "ioc-01") {
  const one = iocInstanceCases.find((candidate) => candidate.title === `ioc-instance: ${title}`)!;
  await using folder = await createTempFolder("ioc");
  writeTree(folder.path, one.files);
  const { value } = await loadChart(`${folder.path}/c`);
  const shared = { file: "shared.yaml", text: one.files["shared.yaml"] as string };
  const result = renderRelease(value!, { name, namespace: "p45", values: [shared] });
  const objects = result.value?.objects ?? [];
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name) as KubeObject;
  const set = objects.find((object) => object.kind === "StatefulSet") as
    | { spec: { replicas: number; template: { metadata: { labels: Record<string, string> }; spec: PodSpec } } }
    | undefined;
  return { result, objects, find, set, pod: set?.spec.template.spec as PodSpec, labels: set?.spec.template.metadata.labels ?? {} };
}
const environment = (container: Container) => Object.fromEntries(container.env.map((entry) => [entry.name, entry.value]));

describe("library chart ioc-instance", () => {
  it("needs nothing but image, location and domain", async () => {
    const { objects, pod } = await render("the defaults");
    expect(objects.map((object) => `${object.kind} ${object.metadata.name}`)).toEqual([
      "PersistentVolumeClaim ioc-01-data",
      "StatefulSet ioc-01",
    ]);
    expect(pod.hostNetwork).toBe(true);
    expect(environment(pod.containers[0]!)).toMatchObject({
      IOC_NAME: "ioc-01",
      IOC_PREFIX: "ioc-01",
      IOC: "/epics/ioc",
      RUNTIME_DIR: "/epics/runtime",
    });
    expect(pod.volumes.find((volume) => volume.name === "autosave-volume")).toMatchObject({
      persistentVolumeClaim: { claimName: "p45-autosave-claim" },
    });
    const { result } = await render("without a location");
    expect(result.errorText).toContain("give location, in ioc-instance or in global");
  });

  it("mounts config/ and runtime/, and restarts the IOC when either changes", async () => {
    const { find, pod, labels } = await render("config and generated files");
    expect(find("ConfigMap", "ioc-01-config").data).toEqual({ "ioc.yaml": "ioc_name: x\n", "start.sh": "#!/bin/sh\nexec ioc\n" });
    expect(find("ConfigMap", "ioc-01-runtime")).toMatchObject({
      data: { "st.cmd": "iocInit\n", "health.json": "{}" },
      binaryData: { "ioc.db.gz": Buffer.from("not really packed").toString("base64") },
    });
    const mounts = Object.fromEntries(pod.containers[0]!.volumeMounts.map((mount) => [mount.mountPath, mount]));
    expect(mounts["/epics/generated"]).toMatchObject({ readOnly: true });
    expect(pod.volumes).toContainEqual({ name: "runtime-volume", emptyDir: {} });
    expect(mounts["/epics/ioc/config"]).toBeDefined();
    expect(labels.configHash).toMatch(/^[0-9a-f]{40}$/);
    expect((await render("with import-values, as the chart of epics-containers needs")).labels.configHash).not.toBe(labels.configHash);
  });

  it("puts the health sidecar at the Channel Access port + 10000", async () => {
    const { pod } = await render("the health sidecar");
    expect(pod.containers.map((container) => container.name)).toEqual(["ioc-01", "probe"]);
    expect(pod.containers[1]!.args).toEqual(["serve-health", "--target", "/epics/generated/health.json", "--listen", "0.0.0.0:15066"]);
    expect(pod.containers[0]!.livenessProbe?.httpGet).toEqual({ path: "/livez", port: 15066 });
    expect((await render("the health sidecar without a target")).result.errorText).toContain("runtime/health.json");
    expect((await render("an unknown probe")).result.errorText).toContain('probe is none or sidecar, not "maybe"');
  });

  it("keeps digits, sets each name once and lets the instance win", async () => {
    const { pod } = await render("environment");
    const names = pod.containers[0]!.env.map((entry) => entry.name);
    expect(new Set(names).size).toBe(names.length);
    expect(environment(pod.containers[0]!)).toMatchObject({ BIG: "6000000", IOC_PREFIX: "X", B: "true", G: "g" });
  });

  it("gives a name without hostNetwork the address that epics-containers gives it", async () => {
    const { find } = await render("a service with an address", "p");
    expect(find("Service", "p")).toMatchObject({ spec: { clusterIP: "10.106.1.120" } });
    expect((await render("a service with a given address")).find("Service", "ioc-01")).toMatchObject({ spec: { clusterIP: "10.96.0.10" } });
  });

  it("stops an IOC by global.enabled, and never deletes its data", async () => {
    expect((await render("stopped")).set!.spec.replicas).toBe(0);
    const { objects } = await render("volumes");
    for (const claim of objects.filter((object) => object.kind === "PersistentVolumeClaim"))
      expect(claim.metadata.annotations).toEqual({ "helm.sh/resource-policy": "keep" });
    expect(objects.map((object) => object.metadata.name)).toContain("ioc-01-autosave");
  });
});
