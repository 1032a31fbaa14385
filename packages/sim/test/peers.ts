import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTempFolder, type Peer } from "@epicube/testkit";

/** A channel as libca sees it. */
export interface PeerReading {
  readonly pv: string;
  readonly ok: boolean;
  readonly type?: number;
  readonly value?: unknown;
  readonly text?: string | null;
  readonly severity?: number;
  readonly status?: number;
  readonly [key: string]: unknown;
}

/** A port that was free a moment ago, for programs that cannot choose one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** What keeps libca and the IOC on the loopback interface and away from repeaters of the machine. */
function isolated(port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    EPICS_CA_ADDR_LIST: "127.0.0.1",
    EPICS_CA_AUTO_ADDR_LIST: "NO",
    EPICS_CA_SERVER_PORT: String(port),
    EPICS_CA_REPEATER_PORT: "1",
    EPICS_CAS_SERVER_PORT: String(port),
    EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  };
}

async function run(child: ChildProcess, input: string): Promise<string> {
  let output = "";
  let problems = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    problems += text;
  });
  child.stdin!.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}: ${problems.slice(-1000)}`);
  return output;
}

/** Puts, waits a little, then reads channels with real libca. */
export async function readWithLibca(
  epics: Peer,
  port: number,
  names: readonly string[],
  puts: readonly (readonly [string, unknown])[] = [],
): Promise<PeerReading[]> {
  const script = fileURLToPath(new URL("./read-all.py", import.meta.url));
  const child = spawn(epics.paths.python!, [script], { env: isolated(port), stdio: "pipe" });
  const output = await run(child, JSON.stringify({ names, puts }));
  return output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PeerReading);
}

/** Reads names with the peers' small program on libca. */
export async function caget(epics: Peer, port: number, names: readonly string[]): Promise<string> {
  return run(spawn(epics.paths.caget!, [...names], { env: isolated(port), stdio: "pipe" }), "");
}

/** Runs a real IOC on a record file until `close`. */
export async function startRealIoc(epics: Peer, file: string): Promise<{ port: number; close(): Promise<void> }> {
  const port = await freePort();
  const folder = await createTempFolder("ioc");
  const startup = join(folder.path, "st.cmd");
  const lines = [
    `dbLoadDatabase "${epics.paths.dbd}/ioc.dbd"`,
    "ioc_registerRecordDeviceDriver pdbbase",
    `dbLoadRecords "${file}"`,
    "iocInit",
  ];
  await writeFile(startup, `${lines.join("\n")}\n`);
  const child = spawn(epics.paths.ioc!, [startup], { env: isolated(port), stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  const exited = once(child, "close");
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the IOC did not start: ${output.slice(-2000)}`));
    }, 30_000);
    const look = (data: Buffer) => {
      output += data.toString();
      if (!/iocRun: All initialization complete/.test(output)) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("error", reject);
    void exited.then(() => reject(new Error(`the IOC ended: ${output.slice(-2000)}`)));
  });
  return {
    port,
    async close() {
      child.kill("SIGKILL");
      await exited;
      await folder.close();
    },
  };
}
