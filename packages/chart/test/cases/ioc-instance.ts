import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChartCase } from "./case.js";

const library = fileURLToPath(new URL("../../charts/ioc-instance", import.meta.url));

/** The library chart as files below `c/charts/ioc-instance`. */
function libraryFiles(): Record<string, string> {
  const files = readdirSync(library, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [`c/charts/ioc-instance${path.slice(library.length)}`, readFileSync(path, "utf8")];
    }),
  );
}

const IMPORT = "    import-values: [{child: ioc-instance, parent: ioc-instance}]\n";
const SHARED = "global: {location: bl45p, domain: p45}\n";

function ioc(title: string, values: string, more: Record<string, string> = {}, importValues = ""): ChartCase {
  return {
    title: `ioc-instance: ${title}`,
    files: {
      ...libraryFiles(),
      "c/Chart.yaml": `apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies:\n  - name: ioc-instance\n    version: 0.1.0\n${importValues}`,
      "c/values.yaml": `ioc-instance:\n  image: example.org/ioc:1.0\n${values}`,
      "c/templates/ioc.yaml": '{{ include "ioc-instance" . }}\n',
      "shared.yaml": SHARED,
      ...more,
    },
    args: ["ioc-01", "c", "-n", "p45", "-f", "shared.yaml"],
  };
}

const CONFIG = { "c/config/ioc.yaml": "ioc_name: x\n", "c/config/start.sh": "#!/bin/sh\nexec ioc\n" };
const RUNTIME = { "c/runtime/st.cmd": "iocInit\n", "c/runtime/health.json": "{}", "c/runtime/ioc.db.gz": "not really packed" };

/** The library chart in each of its ways. */
export const iocInstanceCases: ChartCase[] = [
  ioc("the defaults", ""),
  ioc("with import-values, as the chart of epics-containers needs", "", CONFIG, IMPORT),
  ioc("config and generated files", "", { ...CONFIG, ...RUNTIME }),
  ioc("a service with an address", "  hostNetwork: false\n  caServerPort: 5064\n"),
  ioc("a service with a given address", "  hostNetwork: false\n  clusterIP: 10.96.0.10\n"),
  ioc(
    "the health sidecar",
    "  probe: sidecar\n  probeImage: example.org/probe:1\n  env: [{name: EPICS_CA_SERVER_PORT, value: 5066}]\n",
    RUNTIME,
  ),
  ioc("the health sidecar without a target", "  probe: sidecar\n  probeImage: example.org/probe:1\n"),
  ioc("an unknown probe", "  probe: maybe\n"),
  ioc(
    "probes of its own",
    "  livenessProbe: {exec: {command: [a]}}\n  readinessExecutable: /r.sh\n  startupExecutable: /s.sh\n  lifecycle: {}\n",
  ),
  ioc(
    "environment",
    "  env: [{name: BIG, value: 6000000}, {name: IOC_PREFIX, value: X}, {name: B, value: true}, {name: S, valueFrom: {secretKeyRef: {name: n, key: k}}}, {name: E}]\n",
    { "shared.yaml": "global: {location: bl45p, domain: p45, env: [{name: BIG, value: 1}, {name: G, value: g}]}\n" },
  ),
  ioc("stopped", "", { "shared.yaml": "global: {location: bl45p, domain: p45, enabled: false, labels: {team: a}, commitHash: abc}\n" }),
  ioc(
    "volumes",
    "  dataVolume: {pvc: false, hostPath: /dls}\n  autosaveVolume: {pvc: true, spec: {storageClassName: fast}}\n  runtimeClaim: none\n  opisClaim: mine\n  nfsv2TftpClaim: t\n  volumes: [{name: v, emptyDir: {}}]\n  volumeMounts: [{name: v, mountPath: /v}]\n",
  ),
  ioc(
    "companions",
    "  extraContainers: [{name: a, image: b, command: [c], args: [d]}]\n  initContainers: [{name: i, image: j}]\n  securityContext: {runAsUser: 1}\n",
  ),
  ioc("USB devices", "  usbDevices: [{vendor: 04d8, serial: 'a\"b'}, {bus: 1-2.3}]\n  resources: {}\n", {
    "shared.yaml": "global: {location: bl45p, domain: p45, usbKey: dra.example}\n",
  }),
  ioc("USB devices without a key", "  usbDevices: [{vendor: 04d8}]\n"),
  ioc(
    "placement",
    "  nodeSelector: {a: b}\n  affinity: {nodeAffinity: {}}\n  tolerations: [{key: k}]\n  podAnnotations: {x: y}\n  podLabels: {l: m}\n  runtimeClassName: r\n  serviceAccountName: s\n  rebootEveryCommit: true\n",
  ),
  ioc("a node", "  nodeName: n\n  affinity: {nodeAffinity: {}}\n  command: null\n  args: []\n"),
  ioc("without a location", "", { "shared.yaml": "global: {domain: p45}\n" }),
];
