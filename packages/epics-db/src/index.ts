/**
 * The EPICS database language: macLib macros, substitution files as msi expands them, record files, PV inventory.
 *
 * @example
 * ```ts
 * import { expandSubstitutions, inventoryOf, loadDatabase } from "@epicube/epics-db";
 *
 * const template = { file: "temp.template", text: 'record(ai, "$(P)TEMP") { field(EGU, "C") }\n' };
 * const substitutions = 'file temp.template { pattern { P } { "BL45P-VA-01:" } { "BL45P-VA-02:" } }\n';
 * const expanded = expandSubstitutions({ file: "ioc.subst", text: substitutions, resolve: () => template });
 * const { value: database } = loadDatabase([{ file: "ioc.db", ...expanded.value! }]);
 * console.log(inventoryOf(database!, { ioc: "bl45p-va-ioc-01" }).map((row) => row.pv)); // BL45P-VA-01:TEMP, BL45P-VA-02:TEMP
 * ```
 *
 * @packageDocumentation
 */
export { findDuplicates } from "./inventory/duplicates.js";
export { groupNames, type InventoryOptions, inventoryOf, resolveLinks } from "./inventory/inventory.js";
export { linksOf, linkTarget } from "./inventory/links.js";
export type { PvLink, PvRow } from "./inventory/pv-row.js";
export { type ExpandMacrosOptions, expandMacros, type MacroExpansion, type MacroProblem } from "./macros/expand.js";
export { type MacroDefinition, type MacroDefinitions, parseMacros } from "./macros/parse.js";
export { createMacroScope, type MacroScope } from "./macros/scope.js";
export {
  type DatabaseSource,
  diagnosticAt,
  type LoadDatabaseOptions,
  type LoadedAlias,
  type LoadedDatabase,
  type LoadedRecord,
  type LoadedValue,
  loadDatabase,
  provenanceOf,
  rangeOf,
  type SourcePlace,
} from "./records/load.js";
export { checkRecordName, RECORD_NAME_LIMIT } from "./records/names.js";
export { parseDatabase } from "./records/parse.js";
export type {
  AliasNode,
  AssignmentNode,
  DatabaseSyntax,
  DefinitionNode,
  IncludeNode,
  NameNode,
  RecordNode,
  StatementNode,
  ValueNode,
} from "./records/syntax.js";
export { type DatabaseLoad, type StartupCommand, type StartupScript, scanStartup } from "./startup/scan.js";
export { createDirectoryLookup, type DirectoryLookupOptions } from "./substitutions/directory.js";
export {
  type ExpandOptions,
  type ExpandSubstitutionsOptions,
  type Expansion,
  expandSubstitutions,
  expandTemplate,
  type MissingTemplate,
} from "./substitutions/expand.js";
export { type ExpansionOrigin, traceLine } from "./substitutions/origins.js";
export { type GlobalStep, parseSubstitutions, type RowStep, type SubstitutionFile, type SubstitutionStep } from "./substitutions/parse.js";
export type { ResolveTemplate, TemplateFile } from "./substitutions/template.js";
export { type FieldDefinition, type FieldType, fieldsOf, recordTypes } from "./types/record-types.js";
export { MENU_TABLE } from "./types/table.js";
