import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Folder of shared test data of one kind (`ibek`), or undefined where this machine has none: `EPICUBE_CONFORMANCE`, else
 * `shared/conformance` beside the repository. Tests use it when present and say so when not.
 */
export function conformanceFolder(kind: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const root = fileURLToPath(new URL("../../../../", import.meta.url));
  const folder = join(env.EPICUBE_CONFORMANCE ?? join(root, "..", "shared", "conformance"), kind);
  return existsSync(folder) ? folder : undefined;
}
