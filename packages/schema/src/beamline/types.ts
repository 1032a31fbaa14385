import type { SourceRange } from "@epicube/core";

/** A beamline's services repository, as it lies on disk. */
export interface BeamlineRepository {
  /** Name of the root folder. */
  readonly name: string;
  /** Absolute path. */
  readonly root: string;
  /** `services/values.yaml`, relative to the root, when there is one. */
  readonly sharedValues?: string;
  readonly instances: readonly IocInstance[];
  /** Services that are no IOCs (gateways, displays), by folder relative to the root. */
  readonly services: readonly { readonly name: string; readonly folder: string }[];
}

/** One IOC of a beamline: a folder below `services/`. Paths are relative to the repository's root, with `/`. */
export interface IocInstance {
  /** Name of the folder: the name of the IOC. */
  readonly name: string;
  readonly folder: string;
  /** `Chart.yaml` of the instance, as reached from its folder; may be a link to a shared one. */
  readonly chart: string;
  /** Shared values first, the instance's own last. */
  readonly valuesFiles: readonly string[];
  readonly configFolder: string;
  /** `config/ioc.yaml`, `config/runtime.yaml`; empty for a hand-written IOC. */
  readonly instanceFiles: readonly string[];
  /** Image reference as values.yaml writes it. */
  readonly image?: string;
  /** Where the IOC is defined: its instance file, else its values. */
  readonly range: SourceRange;
}
