import type { TemplateCache } from "../jinja/template.js";
import type { PyValue } from "../python/value.js";
import type { Spot } from "../yaml/spot.js";
import type { Parameter } from "./parameter.js";

/** A text of a support file, mostly a template. */
export interface LocatedText {
  readonly text: string;
  readonly spot: Spot;
}

/** A computed value of an entity. */
export interface Define {
  readonly name: string;
  readonly description: string;
  readonly value: PyValue;
  /** `str` when none is given; empty for an explicit null. */
  readonly type: string;
  readonly spot: Spot;
}

/** A piece of st.cmd. */
export interface ScriptItem {
  readonly type: "text" | "comment";
  readonly when: string;
  readonly value: LocatedText;
}

/** A database template and its macros. */
export interface DatabaseUse {
  readonly file: LocatedText;
  readonly enabled: LocatedText | undefined;
  /** null: none were given, which only fails when the database is used. */
  readonly args: ReadonlyMap<string, { readonly value: string | null; readonly spot: Spot; readonly keySpot: Spot }> | null;
  readonly spot: Spot;
}

/** The display definition of an entity. */
export interface PviUse {
  readonly yamlPath: LocatedText;
  readonly uiIndex: boolean;
  readonly macros: DatabaseUse["args"];
  readonly pv: boolean;
  readonly prefix: string;
}

/** An entity that another one brings along. */
export interface SubEntity {
  readonly type: string;
  readonly enabled: boolean;
  /** Its other keys, in order. */
  readonly fields: ReadonlyMap<string, { readonly value: PyValue; readonly spot: Spot }>;
  readonly spot: Spot;
}

/** One type of entity that instances may use. */
export interface EntityModel {
  /** `module.name`. */
  readonly type: string;
  readonly module: string;
  readonly name: string;
  readonly description: string;
  readonly preDefines: ReadonlyMap<string, Define>;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly postDefines: ReadonlyMap<string, Define>;
  readonly validations: readonly { readonly assertion: LocatedText; readonly message: LocatedText }[];
  readonly preInit: readonly ScriptItem[];
  readonly postInit: readonly ScriptItem[];
  readonly databases: readonly DatabaseUse[];
  readonly envVars: readonly { readonly name: LocatedText; readonly value: LocatedText }[];
  readonly pvi: PviUse | undefined;
  readonly subEntities: readonly SubEntity[];
  /** Name of the first parameter of type id, by whose value other entities refer to it. */
  readonly idParameter: string | undefined;
  /** Its `name:` in the support file. */
  readonly spot: Spot;
}

/** What support files do not tell because of errors in them. Findings that would follow from that are not made. */
export interface SupportGaps {
  /** A file of an unknown module could not be read. */
  readonly anyModule: boolean;
  /** Modules with a file that could not be read as a whole. */
  readonly modules: ReadonlySet<string>;
  /** Types whose model has errors. */
  readonly types: ReadonlySet<string>;
}

/** Entity types that instances may use, from any number of support files. */
export interface Support {
  /** Full names `module.name`, in the order of the files. */
  readonly types: readonly string[];
  /** Files it was read from, in order. */
  readonly files: readonly string[];
  /** @internal */
  readonly models: ReadonlyMap<string, EntityModel>;
  /** @internal */
  readonly gaps: SupportGaps;
  /** Parsed templates, kept for the next generation. @internal */
  readonly templates: TemplateCache;
}
