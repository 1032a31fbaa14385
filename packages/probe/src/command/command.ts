import { parseArgs } from "node:util";
import { parseAddress, readCaEnvironment, type ServerAddress } from "@epicube/ca";
import { type Clock, EpicubeError, isEpicubeError, messageOf, systemClock } from "@epicube/core";
import type { HealthTarget } from "@epicube/core/seams";
import { probeIoc } from "../ioc/probe-ioc.js";
import { defaultMaxSeverity, parseSeverity } from "../ladder/expect.js";
import { verdictToJson, verdictToText } from "./render.js";

/** What the command line gives to {@link runProbeCommand}. */
export interface ProbeCommandIo {
  /** `EPICS_CA_NAME_SERVERS`, `EPICS_CA_ADDR_LIST`, `EPICS_CA_AUTO_ADDR_LIST`, `EPICS_CA_SERVER_PORT`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What `probe` was asked to do. */
export interface ProbeCommand {
  readonly target: HealthTarget;
  readonly json: boolean;
  readonly quiet: boolean;
}

const USAGE = `usage: epicube-probe PV… [--address HOST:PORT] [--preset startup|liveness|readiness] [--timeout-ms N]
                     [--heartbeat PV] [--max-severity no_alarm|minor|major|invalid] [--json] [--quiet]

Exit status: 0 healthy, 1 unhealthy, 2 bad usage, 3 unknown.
`;
const PRESETS = ["startup", "liveness", "readiness"] as const;
const DEFAULT_TIMEOUT_MS = 2000;
const MAX_TIMEOUT_MS = 86_400_000;

/**
 * Reads the arguments of `probe` (without the command's name).
 *
 * @throws EpicubeError PROBE_USAGE
 */
export function parseProbeArguments(argv: readonly string[]): ProbeCommand | "help" {
  let parsed: ReturnType<typeof parseFlags>;
  try {
    parsed = parseFlags(argv);
  } catch (error) {
    throw usage(messageOf(error), error);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const preset = PRESETS.find((known) => known === values.preset);
  if (!preset) throw usage(`unknown preset "${values.preset}": one of ${PRESETS.join(", ")}`);
  const deadlineMs = Number(values["timeout-ms"]);
  if (!/^[0-9]+$/.test(values["timeout-ms"]) || deadlineMs < 1 || deadlineMs > MAX_TIMEOUT_MS)
    throw usage(`--timeout-ms takes a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}, got "${values["timeout-ms"]}"`);
  const heartbeatPv = values.heartbeat;
  const pvs = [...new Set(positionals)];
  for (const pv of heartbeatPv === undefined ? pvs : [...pvs, heartbeatPv])
    if (!isName(pv)) throw usage(`${JSON.stringify(pv)} cannot be the name of a PV`);
  if (pvs.length === 0 && heartbeatPv === undefined) throw usage("no PV given");
  let maxSeverity: string;
  let address: ServerAddress | undefined;
  try {
    maxSeverity = values["max-severity"] ?? defaultMaxSeverity(preset);
    parseSeverity(maxSeverity);
    address = values.address === undefined ? undefined : parseAddress(values.address);
  } catch (error) {
    throw usage(`${messageOf(error)}${isEpicubeError(error) && error.help ? `; ${error.help}` : ""}`, error);
  }
  const target: HealthTarget = {
    ioc: address ? `${address.host}:${address.port}` : "probe",
    preset,
    deadlineMs,
    pvs,
    ...(heartbeatPv === undefined ? {} : { heartbeatPv }),
    expect: pvs.map((pv) => ({ pv, maxSeverity })),
    ...(address ? { address } : {}),
  };
  return { target, json: values.json, quiet: values.quiet };
}

function parseFlags(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      address: { type: "string" },
      preset: { type: "string", default: "readiness" },
      "timeout-ms": { type: "string", default: String(DEFAULT_TIMEOUT_MS) },
      heartbeat: { type: "string" },
      "max-severity": { type: "string" },
      json: { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      "no-color": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

/**
 * The whole of `epicube probe` and `epicube-probe`: arguments and environment in, exit status out.
 *
 * @returns 0 healthy, 1 unhealthy, 2 bad usage, 3 unknown, 130 interrupted
 */
export async function runProbeCommand(argv: readonly string[], io: ProbeCommandIo): Promise<number> {
  let command: ProbeCommand | "help";
  let places: ReturnType<typeof readCaEnvironment>;
  try {
    command = parseProbeArguments(argv);
    places = readCaEnvironment(io.env);
  } catch (error) {
    io.stderr(`error: ${messageOf(error)}\n${isEpicubeError(error) && error.help ? `${error.help}\n` : ""}`);
    return 2;
  }
  if (command === "help") {
    io.stdout(USAGE);
    return 0;
  }
  const { clock = systemClock, signal } = io;
  const startedMs = clock.monotonicMs();
  try {
    const { nameServers, addressList } = places;
    // With name servers given, nothing is broadcast.
    const broadcast = places.autoAddressList && nameServers.length === 0 ? { broadcastPort: places.serverPort } : {};
    const verdict = await probeIoc(command.target, { nameServers, addressList, ...broadcast, clock, ...(signal ? { signal } : {}) });
    const wallMs = clock.monotonicMs() - startedMs;
    if (command.json) io.stdout(`${JSON.stringify(verdictToJson(verdict, wallMs))}\n`);
    else if (!command.quiet) io.stdout(verdictToText(verdict, wallMs));
    return { healthy: 0, unhealthy: 1, unknown: 3 }[verdict.verdict];
  } catch (error) {
    if (signal?.aborted) return 130;
    throw error;
  }
}

function isName(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= 1007 && !/[\u0000-\u001f\u007f]/.test(text);
}

function usage(message: string, cause?: unknown): EpicubeError {
  return new EpicubeError("PROBE_USAGE", message, { help: USAGE, ...(cause === undefined ? {} : { cause }) });
}
