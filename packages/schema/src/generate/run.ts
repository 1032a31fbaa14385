import type { Diagnostic, SourceRange } from "@epicube/core";
import type { TemplateError } from "../jinja/error.js";
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

/** Thrown to leave an entity after its finding is reported. */
export class Reported extends Error {}

export type { SourceRange, TemplateError };
