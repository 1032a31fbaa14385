import { applyPlan } from "./operate/apply.js";
import { readLogs } from "./operate/logs.js";
import { planReleases } from "./operate/plan.js";
import { stopIoc } from "./operate/run.js";
import { restartByHand, startByHand, stopByHand } from "./operate/start-stop.js";
import { readStatus, watchStatus } from "./operate/status.js";
import type { LocalTarget, LocalTargetOptions } from "./options.js";
import { openSession } from "./session.js";
import { iocLogFiles, iocPaths } from "./state/layout.js";

/**
 * Opens the target `local` on a state folder. IOCs run as processes below this one and end with `close`, and with this process however
 * it ends, except by SIGKILL: what is left then is ended by the next one that deploys here.
 *
 * @throws EpicubeError `STATE_CORRUPT`, `STATE_UNREADABLE`, `PORT_BASE_INVALID`
 */
export async function createLocalTarget(options: LocalTargetOptions): Promise<LocalTarget> {
  const session = await openSession(options);
  const { stateFolder, program } = session.settings;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      session.closing.abort(new Error("the local target is closed"));
      // Twice: what was about to start when the signal came is stopped too.
      await stopAll();
      await session.settled();
      await stopAll();
      await session.finish();
    })();
    return closed;
  };
  const stopAll = async () => {
    await Promise.all([...session.entries.keys()].map((name) => stopIoc(session, name)));
  };
  return {
    kind: "local",
    program,
    paths: (ioc) => iocPaths(stateFolder, ioc),
    port: (ioc) => (Object.hasOwn(session.store.current.iocs, ioc) ? session.store.current.iocs[ioc]!.port : undefined),
    logFiles: (ioc) => iocLogFiles(stateFolder, ioc),
    acquire: () => session.acquire(),
    plan: (releases, { signal } = {}) => planReleases(session, releases, signal),
    apply: (plan, applyOptions) => applyPlan(session, plan, applyOptions),
    async status({ signal } = {}) {
      signal?.throwIfAborted();
      return readStatus(session);
    },
    watch: ({ signal } = {}) => watchStatus(session, signal),
    start: (ioc, { signal } = {}) => startByHand(session, ioc, signal),
    stop: (ioc) => stopByHand(session, ioc),
    restart: (ioc, { signal } = {}) => restartByHand(session, ioc, signal),
    logs: (ioc, logOptions) => readLogs(session, ioc, logOptions),
    close,
    [Symbol.asyncDispose]: close,
  };
}
