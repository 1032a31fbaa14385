import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { EpicubeError } from "@epicube/core";

/** How {@link findBeamlineRoot} looks. */
export interface FindBeamlineRootOptions {
  /** Look in the parent folders too. Default false. */
  readonly search?: boolean;
}

/**
 * The root of a services repository: the folder that holds `services/`.
 *
 * @throws EpicubeError NOT_A_BEAMLINE
 */
export async function findBeamlineRoot(folder: string, options: FindBeamlineRootOptions = {}): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const services = join(at, "services");
    if (existsSync(services) && statSync(services).isDirectory()) return at;
    if (!options.search || dirname(at) === at) break;
  }
  throw new EpicubeError("NOT_A_BEAMLINE", `${folder} holds no folder services/${options.search ? ", nor does a folder above it" : ""}`, {
    help: "give the folder of a services repository in the epics-containers layout",
  });
}
