import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { HealthGate, HealthVerdict, KubeObject } from "@epicube/core/seams";
import { createTempFolder } from "@epicube/testkit";
import { onTestFinished } from "vitest";
import {
  createLocalTarget,
  type DeployEvent,
  type IocProgram,
  type LocalTarget,
  type LocalTargetOptions,
  type Release,
} from "../../src/index.js";

const fixture = fileURLToPath(new URL("../fixtures/ioc.mjs", import.meta.url));

/** Runs the stand-in of test/fixtures as the IOC. */
export const standIn: IocProgram = {
  kind: "simulated",
  label: "stand-in",
  argv: [process.execPath, fixture, "{name}", "{port}", "{runtime}", "{autosave}"],
};

export interface ReleaseParts {
  readonly mode?: string;
  readonly environment?: Record<string, string>;
  readonly config?: Record<string, string>;
  readonly runtime?: Record<string, string>;
  readonly replicas?: number;
  readonly deadlineMs?: number;
  readonly gated?: boolean;
  readonly version?: string;
}

/** A release as a chart renders it: StatefulSet, two ConfigMaps, a claim. */
export function makeRelease(name: string, parts: ReleaseParts = {}): Release {
  const configMap = (suffix: string, data: Record<string, string>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `${name}-${suffix}`, namespace: "bl01t" },
    data,
  });
  const environment = { MODE: parts.mode ?? "healthy", EPICS_CA_SERVER_PORT: "5064", ...parts.environment };
  const objects: KubeObject[] = [
    configMap("config", parts.config ?? { "ioc.yaml": "ioc_name: x\n" }),
    configMap("runtime", parts.runtime ?? { "st.cmd": "iocInit\n", "ioc.db": 'record(ai, "A") {}\n' }),
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: `${name}-autosave`, namespace: "bl01t" } },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name, namespace: "bl01t" },
      spec: {
        replicas: parts.replicas ?? 1,
        template: {
          spec: {
            containers: [
              {
                name: "ioc",
                image: `registry.example/ioc-motion-runtime:1@sha256:${"0".repeat(64)}`,
                env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
                volumeMounts: [
                  { name: "config", mountPath: "/epics/ioc/config" },
                  { name: "generated", mountPath: "/epics/generated", readOnly: true },
                  { name: "scratch", mountPath: "/epics/runtime" },
                  { name: "autosave", mountPath: "/autosave" },
                ],
              },
              { name: "probe", image: "registry.example/probe:1" },
            ],
            volumes: [
              { name: "config", configMap: { name: `${name}-config` } },
              { name: "generated", configMap: { name: `${name}-runtime` } },
              { name: "scratch", emptyDir: {} },
              { name: "autosave", persistentVolumeClaim: { claimName: `${name}-autosave` } },
            ],
          },
        },
      },
    },
  ];
  return {
    name,
    namespace: "bl01t",
    version: parts.version ?? "1.0",
    chart: { name: "ioc-instance", version: "1.0.0" },
    objects,
    hooks: [],
    images: {},
    text: "",
    userValues: {},
    chartValues: {},
    ...(parts.gated === false
      ? {}
      : { health: { ioc: name, preset: "readiness", deadlineMs: parts.deadlineMs ?? 20_000, pvs: [`${name}:A`] } }),
  };
}

/** Verdict of a made-up gate. */
export function makeVerdict(ioc: string, verdict: HealthVerdict["verdict"], cause?: string): HealthVerdict {
  const pv = { pv: `${ioc}:A`, verdict, level: "L3" as const, timingsMs: { connect: 1 } };
  return {
    event: "health",
    ioc,
    verdict,
    level: "L3",
    checkedAt: "2026-01-01T00:00:00.000Z",
    pvs: [pv],
    ...(cause === undefined ? {} : { cause }),
  };
}

/** A gate that is satisfied when the port takes a connection. */
export const connectGate: HealthGate = async function* (target, signal) {
  let told = false;
  while (!signal.aborted) {
    const ok = await new Promise<boolean>((resolve) => {
      const socket = connect(target.address!);
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (ok) {
      yield makeVerdict(target.ioc, "healthy");
      return;
    }
    if (!told) yield makeVerdict(target.ioc, "unhealthy", "connection refused");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
};

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });

// Below the ephemeral ports, above the default range; where to begin differs from process to process.
const FIRST = 21_000;
const SLOTS = 540;
let slot = (process.pid * 31) % SLOTS;

/** A base whose first 20 ports are free, and that no other test of this process uses. */
export async function takePortBase(): Promise<number> {
  for (;;) {
    slot = (slot + 1) % SLOTS;
    const base = FIRST + slot * 20;
    const free = await Promise.all(Array.from({ length: 20 }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}

/** A state folder and a way to open targets on it; all are closed and removed when the test ends. */
export async function openBeamline(options: Partial<LocalTargetOptions> = {}) {
  const folder = await createTempFolder("deploy");
  const targets: LocalTarget[] = [];
  const portBase = options.portBase ?? (await takePortBase());
  onTestFinished(async () => {
    for (const target of targets) await target.close();
    await folder.close();
  });
  return {
    stateFolder: folder.path,
    portBase,
    async open(more: Partial<LocalTargetOptions> = {}): Promise<LocalTarget> {
      const target = await createLocalTarget({
        stateFolder: folder.path,
        program: standIn,
        gate: connectGate,
        portBase,
        graceMs: 5000,
        ...options,
        ...more,
      });
      targets.push(target);
      return target;
    },
  };
}

/** Plans, applies and collects. */
export async function deploy(
  target: LocalTarget,
  releases: readonly Release[],
  options: Parameters<LocalTarget["apply"]>[1] = {},
): Promise<DeployEvent[]> {
  const events: DeployEvent[] = [];
  for await (const event of target.apply(await target.plan(releases), options)) events.push(event);
  return events;
}

/** The `released` events by IOC. */
export function releasedOf(events: readonly DeployEvent[]) {
  return Object.fromEntries(events.flatMap((event) => (event.event === "released" ? [[event.release, event]] : [])));
}

/** True while a process is there and not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for something that is bound to come; the test's own timeout is the limit. */
export async function until<T>(probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
