import type { Diagnostic } from "@epicube/core";
import type { PyValue } from "../python/value.js";
import type { Renderer } from "../render/render.js";
import type { Support } from "../support/model.js";
import type { Spot } from "../yaml/spot.js";
import type { Entity } from "./entity.js";

/** What the stages of one generation share. */
export interface Run {
  readonly support: Support;
  readonly renderer: Renderer;
  readonly diagnostics: Diagnostic[];
  /** Entities by id; poisoned ones as undefined values. */
  readonly ids: Map<string, { readonly entity: Entity | undefined; readonly spot: Spot | undefined }>;
  /** Ids written in the instance files, in the order of the entities, to tell "later" from "nowhere". */
  readonly laterIds: ReadonlyMap<string, Spot>;
  /** Texts written in entities that failed: one of them may be the id that a later entity refers to. */
  readonly lostIds: Set<string>;
  /** An entity was left out without a finding of its own, because of errors in support files. */
  incomplete: boolean;
  /** The name that the caller gives the IOC. */
  readonly name: string | undefined;
  readonly mode: "compat" | "strict";
  /** Old names in a template's text, rewritten; the same text where there are none. */
  rewrite(text: string, spot: Spot | undefined): string;
}

/** A field's raw value on its way into an entity. */
export interface GivenValue {
  readonly value: PyValue;
  readonly spot: Spot | undefined;
  readonly keySpot: Spot | undefined;
}

/** Most entities that one finding in a support file names. */
const MAX_ENTITIES = 3;

/** Reports a finding; one at a place where the same is already reported only adds its entity to it. */
export function reportOnce(run: Run, diagnostic: Diagnostic): void {
  const { code, message, range } = diagnostic;
  const at = run.diagnostics.findIndex(
    (entry) =>
      entry.code === code &&
      entry.message === message &&
      entry.range?.file === range?.file &&
      entry.range?.startLine === range?.startLine &&
      entry.range?.startColumn === range?.startColumn,
  );
  const first = run.diagnostics[at];
  if (!first) {
    run.diagnostics.push(diagnostic);
    return;
  }
  const known = first.labels ?? [];
  const more = (diagnostic.labels ?? []).find(
    (label) =>
      label.message.includes("this entity") &&
      !known.some((entry) => entry.range.startLine === label.range.startLine && entry.range.file === label.range.file),
  );
  if (more && known.filter((label) => label.message.includes("this entity")).length < MAX_ENTITIES) {
    run.diagnostics[at] = { ...first, labels: [...known, more] };
  }
}

/** Thrown to leave an entity after its finding is reported. */
export class Reported extends Error {}
