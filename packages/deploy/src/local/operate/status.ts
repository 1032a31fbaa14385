import type { IocStatus } from "../../target/target.js";
import { createEventQueue } from "../events/queue.js";
import { isAlive } from "../process/identity.js";
import type { LocalSession } from "../session.js";
import { readLock } from "../state/lock.js";
import type { IocRecord } from "../state/state.js";
import { exitFields } from "./run.js";

/** The status of every IOC that was ever deployed here, by name. */
export async function readStatus(session: LocalSession): Promise<IocStatus[]> {
  if (!session.holdsLock) await session.store.reload();
  const supervisor = session.holdsLock ? undefined : (await readLock(session.settings.stateFolder))?.pid;
  const { iocs } = session.store.current;
  return Object.keys(iocs)
    .sort()
    .map((name) => statusOf(session, name, iocs[name]!, supervisor));
}

function statusOf(session: LocalSession, name: string, record: IocRecord, supervisor: number | undefined): IocStatus {
  const entry = session.entries.get(name);
  const lastExit = entry?.process.exit ? exitFields(entry.process.exit) : record.lastExit;
  const base = {
    ioc: name,
    desired: record.desired,
    desiredVersion: record.version,
    restarts: 0,
    ...(record.image === undefined ? {} : { image: record.image }),
    ...(lastExit === undefined ? {} : { lastExit: exitFields(lastExit) }),
  };
  if (entry) {
    return {
      ...base,
      state: entry.state,
      stale: false,
      ...(entry.reason === undefined ? {} : { reason: entry.reason }),
      ...(entry.process.exit ? {} : { runningVersion: entry.version, startedAt: entry.process.startedAt }),
      ...(entry.health === undefined ? {} : { health: entry.health }),
    };
  }
  const { process } = record;
  if (process && isAlive(process.pid, process.identity)) {
    // Another supervisor's IOC: that it runs is seen, how it is only that one knows.
    const reason = supervisor === undefined ? "its supervisor has ended" : `supervised by process ${supervisor}`;
    return { ...base, state: supervisor === undefined ? "unknown" : "running", reason, startedAt: process.startedAt, stale: true };
  }
  if (record.reason !== undefined && record.desired === "running")
    return { ...base, state: "failing", reason: record.reason, stale: supervisor !== undefined };
  return { ...base, state: "stopped", stale: supervisor !== undefined };
}

/** The status of an IOC at each change, until the signal aborts or the target is closed. */
export async function* watchStatus(session: LocalSession, signal?: AbortSignal): AsyncGenerator<IocStatus> {
  const queue = createEventQueue<IocStatus>();
  const forget = session.onChange((name) => {
    const record = session.store.current.iocs[name];
    if (record) queue.push(statusOf(session, name, record, undefined));
  });
  const end = () => queue.end();
  const over = AbortSignal.any([session.closing.signal, ...(signal ? [signal] : [])]);
  if (over.aborted) end();
  else over.addEventListener("abort", end, { once: true });
  try {
    yield* queue;
  } finally {
    over.removeEventListener("abort", end);
    forget();
  }
}
