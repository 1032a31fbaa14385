import { escapeControl } from "@epicube/core";
import type { CheckedRelease } from "../../releases/check-releases.js";
import { assertPortsFree } from "../ports/ports.js";
import { iocCommand } from "../process/command.js";
import { iocEnvironment } from "../process/environment.js";
import { lastLines } from "../process/log-tail.js";
import { type ProcessExit, startProcess } from "../process/supervised.js";
import type { IocEntry, LocalSession } from "../session.js";
import { iocLogFiles, iocPaths } from "../state/layout.js";
import { specDigest } from "./prepare.js";

/**
 * Starts the process of an IOC whose folders are ready and which does not run.
 *
 * @throws EpicubeError `PORT_TAKEN`, `START_FAILED`, `START_COMMAND_MISSING`, `DISK_FULL`
 */
export async function startIoc(session: LocalSession, { release, workload }: CheckedRelease, port: number): Promise<IocEntry> {
  const { settings, store, entries } = session;
  const { program, stateFolder, clock } = settings;
  const name = release.name;
  await assertPortsFree(new Map([[name, { port }]]));
  const paths = iocPaths(stateFolder, name);
  const others = Object.entries(store.current.iocs).filter(([other]) => other !== name);
  const process = await startProcess({
    argv: iocCommand(program, workload, paths, port),
    cwd: paths.ioc,
    environment: iocEnvironment({
      host: settings.hostEnvironment,
      workload,
      program: program.environment ?? {},
      paths,
      port,
      otherPorts: others.map(([, record]) => record.port).sort((a, b) => a - b),
    }),
    log: iocLogFiles(stateFolder, name),
    clock,
  });
  const entry: IocEntry = { process, specDigest: specDigest(workload, program, port), version: release.version, port, state: "starting" };
  entries.set(name, entry);
  session.background(process.ended.then((exit) => recordExit(session, name, entry, exit)));
  session.changed(name);
  try {
    await store.update((state) => {
      const record = state.iocs[name]!;
      record.process = { pid: process.pid, identity: process.identity, startedAt: process.startedAt };
      delete record.reason;
    });
  } catch (error) {
    await process.stop(0);
    throw error;
  }
  return entry;
}

/** Keeps how a process ended; one that nobody asked to end makes its IOC failing. */
async function recordExit(session: LocalSession, name: string, entry: IocEntry, exit: ProcessExit): Promise<void> {
  if (exit.asked) {
    entry.state = "stopped";
    delete entry.reason;
  } else {
    const reason = await exitCause(session, name, exit);
    // Together: who looks must not see the one without the other.
    entry.state = "failing";
    entry.reason = reason;
  }
  session.changed(name);
  await session.store.update((state) => {
    const record = state.iocs[name];
    if (record?.process?.pid !== entry.process.pid) return;
    delete record.process;
    record.lastExit = exitFields(exit);
    if (entry.reason !== undefined) record.reason = entry.reason;
  });
}

/** The part of an exit that is kept and shown. */
export function exitFields(exit: { readonly code?: number | undefined; readonly signal?: string | undefined; readonly at: string }): {
  code?: number;
  signal?: string;
  at: string;
} {
  return {
    ...(exit.code === undefined ? {} : { code: exit.code }),
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
    at: exit.at,
  };
}

/** One sentence: how it ended, at which age, and the last lines that it wrote. */
export async function exitCause(session: LocalSession, name: string, exit: ProcessExit): Promise<string> {
  if (exit.asked) return "stopped by request";
  const how = exit.signal === undefined ? `exited with code ${exit.code}` : `ended by signal ${exit.signal}`;
  const lines = await lastLines(iocLogFiles(session.settings.stateFolder, name).current, 3);
  const output = lines.length === 0 ? "" : `; last output: ${lines.map((line) => escapeControl(line)).join(" | ")}`;
  return `${how} ${(exit.ageMs / 1000).toFixed(1)} s after its start${output}`;
}

/** Stops the process of an IOC, if it has one. */
export async function stopIoc(session: LocalSession, name: string): Promise<void> {
  const entry = session.entries.get(name);
  if (entry && !entry.process.exit) await entry.process.stop(session.settings.graceMs);
  else await entry?.process.ended;
}
