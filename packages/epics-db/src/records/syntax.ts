/** A name as written: offsets cover the quotes too. */
export interface NameNode {
  readonly text: string;
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

/** The value of a field or info tag. */
export interface ValueNode {
  /** What the record gets: escapes resolved; JSON as compact text. */
  readonly text: string;
  /** `json` for `{…}` and `[…]`. */
  readonly kind: "word" | "string" | "json";
  readonly start: number;
  readonly end: number;
}

/** `field(NAME, value)` or `info(NAME, value)`. */
export interface AssignmentNode {
  readonly kind: "field" | "info";
  readonly name: NameNode;
  readonly value: ValueNode;
  readonly start: number;
  readonly end: number;
}

/** `alias("NAME")` inside of a record, `alias("RECORD", "NAME")` outside. */
export interface AliasNode {
  readonly kind: "alias";
  /** The record, for an alias statement outside of a record. */
  readonly record?: NameNode;
  readonly name: NameNode;
  readonly start: number;
  readonly end: number;
}

/** `record(TYPE, "NAME") { … }`; offsets cover it all. */
export interface RecordNode {
  readonly kind: "record";
  readonly keyword: string;
  readonly type: NameNode;
  readonly name: NameNode;
  readonly body: readonly (AssignmentNode | AliasNode)[];
  readonly start: number;
  readonly end: number;
}

/** `include "FILE"`. */
export interface IncludeNode {
  readonly kind: "include";
  readonly name: NameNode;
  readonly start: number;
  readonly end: number;
}

/** A definition of the dbd language (`menu`, `recordtype`, `device`, `path` …), stepped over. */
export interface DefinitionNode {
  readonly kind: "definition";
  readonly keyword: string;
  readonly start: number;
  readonly end: number;
}

export type StatementNode = RecordNode | AliasNode | IncludeNode | DefinitionNode;

/** A parsed record file. What stands between the statements (comments, blanks) is in `text`. */
export interface DatabaseSyntax {
  readonly file: string;
  readonly text: string;
  readonly statements: readonly StatementNode[];
}
