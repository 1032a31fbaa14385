import type { SourceRange } from "@epicube/core";

/** A link field of a record and where it leads. */
export interface PvLink {
  readonly field: string;
  /** Record name without field. */
  readonly to: string;
  /** `inside` the same IOC, in another IOC of the `beamline`, or `nowhere`. */
  readonly where: "inside" | "beamline" | "nowhere";
}

/** One name that an IOC serves. */
export interface PvRow {
  readonly pv: string;
  /** `group` for a pvAccess group. Alias rows carry the target's type. Empty for a template that is not available. */
  readonly recordType: string;
  readonly ioc: string;
  /** False: the template is not available, and what it would serve is not known; `pv` is then the template's name. */
  readonly available: boolean;
  /** For an alias: the record. */
  readonly aliasOf?: string;
  /** For a group: the record that names it first. */
  readonly groupOf?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Info tags; JSON values as JSON text. */
  readonly info?: Readonly<Record<string, string>>;
  readonly links?: readonly PvLink[];
  /** Outermost first: entity, row, template, record. */
  readonly provenance: readonly SourceRange[];
}
