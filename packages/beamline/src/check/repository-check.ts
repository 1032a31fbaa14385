import type { Diagnostic } from "@epicube/core";
import { planImages } from "@epicube/image";
import { checkImageReferences, loadFamily } from "../images/family.js";
import { renderInstance } from "../stage/stage-instance.js";
import { type BeamlineCheck, type CheckBeamlineOptions, checkBeamline, summarised } from "./check.js";

/**
 * Every finding in a services repository: those of {@link checkBeamline}, then of the images file with its trees, and of the chart of each IOC as
 * it would be rendered. Nothing is written.
 */
export async function checkRepository(root: string, options: CheckBeamlineOptions = {}): Promise<BeamlineCheck> {
  const check = await checkBeamline(root, options);
  const { repository } = check;
  if (!repository) return check;
  const images = await loadFamily(root, check.settings);
  const shared: Diagnostic[] = [...check.diagnostics, ...images.diagnostics];
  if (images.family) {
    shared.push(...(await planImages(images.family, options.signal ? { signal: options.signal } : {})).diagnostics);
    shared.push(...(await checkImageReferences(repository, check.iocs, images.family)));
  }
  const iocs: BeamlineCheck["iocs"][number][] = [];
  for (const ioc of check.iocs) {
    options.signal?.throwIfAborted();
    const rendered = await renderInstance({
      repository,
      instance: ioc.instance,
      runtimeFiles: ioc.runtimeFiles,
      pins: {},
      namespace: check.namespace,
    });
    iocs.push({ ...ioc, diagnostics: [...ioc.diagnostics, ...rendered.diagnostics] });
  }
  return summarised({ ...check, iocs, diagnostics: shared });
}
