// Deploys the manifests of one IOC to this machine, waits until its port answers, shows its status and stops it.
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLocalTarget } from "@epicube/deploy";

const name = "demo-ioc-01";
const container = { name, image: "registry.example/ioc-demo:1", env: [{ name: "DEMO", value: "yes" }] };
const release = {
  name,
  namespace: "demo",
  version: "1.0",
  chart: { name: "demo", version: "1.0.0" },
  objects: [{ apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name }, spec: { template: { spec: { containers: [container] } } } }],
  hooks: [],
  images: {},
  text: "",
  userValues: {},
  chartValues: {},
  health: { ioc: name, preset: "readiness", deadlineMs: 10_000, pvs: [] },
};

/** Healthy as soon as the port takes a connection; @epicube/probe has one that reads PVs. */
async function* gate(target, signal) {
  while (!signal.aborted) {
    const open = await new Promise((resolve) => {
      const socket = connect(target.address, () => resolve(socket.destroy() !== undefined)).on("error", () => resolve(false));
    });
    if (open) yield { event: "health", ioc: target.ioc, verdict: "healthy", level: "L0", checkedAt: new Date().toISOString(), pvs: [] };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Ports are counted from here; IOCs of a beamline have 20000 and up.
const free = createServer();
const portBase = await new Promise((resolve) => free.listen(0, "127.0.0.1", () => resolve(free.address().port)));
await new Promise((resolve) => free.close(resolve));

const stateFolder = await mkdtemp(join(tmpdir(), "epicube-example-"));
const argv = [process.execPath, fileURLToPath(new URL("ioc.mjs", import.meta.url))];
const target = await createLocalTarget({ stateFolder, program: { kind: "simulated", label: "stand-in", argv }, gate, portBase });
try {
  for await (const event of target.apply(await target.plan([release]))) {
    if (event.event === "released") console.log(`${event.release}: ${event.ok ? "healthy" : event.cause}`);
    if (event.event === "released" && !event.ok) process.exitCode = 1;
  }
  for (const { ioc, state, desiredVersion } of await target.status())
    console.log(`${ioc} ${state} ${desiredVersion} on port ${target.port(ioc)}`);
} finally {
  await target.close();
  await rm(stateFolder, { recursive: true });
}
