import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { EpicubeError } from "@epicube/core";

/**
 * The root of the services repository that a folder is in: the folder itself or the nearest above it that holds `services/`.
 *
 * @throws EpicubeError NOT_A_BEAMLINE
 */
export async function findBeamlineRoot(folder: string): Promise<string> {
  if (!existsSync(folder)) throw new EpicubeError("NOT_A_BEAMLINE", `there is no folder ${folder}`);
  for (let at = folder; ; at = dirname(at)) {
    const services = join(at, "services");
    if (existsSync(services) && statSync(services).isDirectory()) return at;
    if (dirname(at) === at) break;
  }
  throw new EpicubeError("NOT_A_BEAMLINE", `${folder} holds no folder services/, nor does a folder above it`, {
    help: "give the folder of a services repository in the epics-containers layout",
  });
}
