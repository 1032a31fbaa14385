import { EpicubeError } from "@epicube/core";
import { type CheckedRelease, checkReleases } from "../../releases/check-releases.js";
import { judgeIoc } from "../health/judge.js";
import type { LocalSession } from "../session.js";
import { iocFolder } from "../state/layout.js";
import { readRelease } from "../state/release-record.js";
import { prepareFolders } from "./prepare.js";
import { startIoc, stopIoc } from "./run.js";

async function recordedRelease(session: LocalSession, ioc: string): Promise<CheckedRelease> {
  const { stateFolder } = session.settings;
  iocFolder(stateFolder, ioc);
  const release = Object.hasOwn(session.store.current.iocs, ioc) ? await readRelease(stateFolder, ioc) : undefined;
  if (!release) throw new EpicubeError("IOC_UNKNOWN", `no IOC ${JSON.stringify(ioc)} was ever deployed here`, { help: "deploy it first" });
  return checkReleases([release], () => {})[0]!;
}

async function setDesired(session: LocalSession, ioc: string, desired: "running" | "stopped"): Promise<void> {
  if (session.store.current.iocs[ioc]!.desired === desired) return;
  await session.store.update((state) => {
    state.iocs[ioc]!.desired = desired;
  });
}

/**
 * Stops an IOC and keeps it stopped: a later deployment does not start it.
 *
 * @throws EpicubeError `IOC_UNKNOWN`
 */
export async function stopByHand(session: LocalSession, ioc: string): Promise<void> {
  await session.acquire();
  await recordedRelease(session, ioc);
  await setDesired(session, ioc, "stopped");
  await stopIoc(session, ioc);
}

/**
 * Starts an IOC as it was last deployed and waits until it is healthy. One that runs is left alone.
 *
 * @throws EpicubeError `IOC_UNKNOWN`, `IOC_UNHEALTHY` (it is then left as it is, for a look at it)
 */
export function startByHand(session: LocalSession, ioc: string, signal?: AbortSignal): Promise<void> {
  return session.exclusively(async () => {
    signal?.throwIfAborted();
    await session.acquire();
    const checked = await recordedRelease(session, ioc);
    await setDesired(session, ioc, "running");
    const running = session.entries.get(ioc);
    if (running && !running.process.exit && running.state === "running") return;
    await stopIoc(session, ioc);
    await prepareFolders(session.settings.stateFolder, checked.workload, session.settings.program);
    const entry = await startIoc(session, checked, session.store.current.iocs[ioc]!.port);
    const over = AbortSignal.any([session.closing.signal, ...(signal ? [signal] : [])]);
    try {
      const judgement = await judgeIoc(session, ioc, checked.release.health, entry, { signal: over, onVerdict: () => {} });
      if (!entry.process.exit) {
        entry.state = judgement.ok ? "running" : "failing";
        if (judgement.cause !== undefined) entry.reason = judgement.cause;
        session.changed(ioc);
      }
      if (!judgement.ok) throw new EpicubeError("IOC_UNHEALTHY", `${ioc}: ${judgement.cause}`);
    } catch (error) {
      if (over.aborted) await stopIoc(session, ioc);
      throw error;
    }
  });
}

/** Stops an IOC and starts it again. */
export async function restartByHand(session: LocalSession, ioc: string, signal?: AbortSignal): Promise<void> {
  await session.acquire();
  await recordedRelease(session, ioc);
  await stopIoc(session, ioc);
  await startByHand(session, ioc, signal);
}
