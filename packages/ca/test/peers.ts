import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTempFolder, type Peer } from "@epicube/testkit";

/** A real IOC of EPICS base on loopback. */
export interface RealIoc {
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Where EPICS programs look and listen: loopback and one port only. */
export function epicsEnvironment(port: number, how: "tcp" | "udp" = "tcp"): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    EPICS_CA_SERVER_PORT: String(port),
    EPICS_CA_NAME_SERVERS: how === "tcp" ? `127.0.0.1:${port}` : "",
    EPICS_CA_ADDR_LIST: how === "udp" ? "127.0.0.1" : "",
    EPICS_CA_AUTO_ADDR_LIST: "NO",
    EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  };
}

/** Starts the native IOC with a database and waits until its server accepts. */
export async function startIoc(epics: Peer, database: string): Promise<RealIoc> {
  const temp = await createTempFolder("ioc");
  const file = join(temp.path, "test.db");
  await writeFile(file, database);
  const script = join(temp.path, "st.cmd");
  const load = [
    `dbLoadDatabase("base.dbd", "${epics.paths.dbd}")`,
    "ioc_registerRecordDeviceDriver(pdbbase)",
    `dbLoadRecords("${file}")`,
    "iocInit()",
  ];
  await writeFile(script, `${load.join("\n")}\n`);
  const port = await freePort();
  const child: ChildProcess = spawn(epics.paths.ioc!, [script], {
    env: epicsEnvironment(port),
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4000);
  });
  const ended = once(child, "exit");
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await temp.close();
  };
  const giveUp = Date.now() + 30_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUp) {
      await close();
      throw new Error(`the IOC did not start (${child.exitCode}): ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, pid: child.pid!, close, [Symbol.asyncDispose]: close };
}

/** Starts `serve_caproto.py` and waits until it accepts. */
export async function startCaproto(epics: Peer): Promise<RealIoc> {
  const port = await freePort();
  const child = spawn(epics.paths.python!, [join(folder, "serve_caproto.py")], {
    env: { ...epicsEnvironment(port), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(child, "exit");
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const giveUp = Date.now() + 30_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      await close();
      throw new Error(`the caproto server did not start (${child.exitCode})`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, pid: child.pid!, close, [Symbol.asyncDispose]: close };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}

const run = promisify(execFile);
const folder = join(dirname(fileURLToPath(import.meta.url)), "python");

/** Runs a Python program of `test/python` with a JSON argument; what it prints is JSON. */
export async function runPython(
  epics: Peer,
  program: string,
  port: number,
  argument: unknown,
  how: "tcp" | "udp" = "udp",
): Promise<unknown> {
  const { stdout } = await run(epics.paths.python!, [join(folder, program), JSON.stringify(argument)], {
    env: { ...epicsEnvironment(port, how), PYTHONDONTWRITEBYTECODE: "1" },
    timeout: 60_000,
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
}

/** Reads PVs as text by libca: the texts, and the names that gave none. */
export async function libcaGet(epics: Peer, port: number, names: readonly string[], how: "tcp" | "udp"): Promise<Map<string, string>> {
  const { stdout } = await run(epics.paths.caget!, [...names], { env: epicsEnvironment(port, how), timeout: 60_000 }).catch(
    (error: { stdout: string }) => error,
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
}
