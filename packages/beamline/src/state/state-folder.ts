import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Folder of a beamline's state (ports, autosave, logs, default image layout): `EPICUBE_STATE`, else
 * `$XDG_STATE_HOME/epicube/BEAMLINE-HASH` with HASH of the repository's real path, so that two clones never share one.
 */
export function stateFolderOf(root: string, env: Environment): string {
  if (env.EPICUBE_STATE) return env.EPICUBE_STATE;
  const real = realpathSync(root);
  const hash = createHash("sha256").update(real).digest("hex").slice(0, 12);
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state"), "epicube", `${basename(real)}-${hash}`);
}
