/**
 * The one YAML loader: keeps every position, lets each dialect decide what its scalars mean, never throws on input.
 *
 * @example
 * ```ts
 * import { loadYaml, yamlToJs } from "@epicube/core/yaml";
 *
 * const { value, diagnostics } = loadYaml("port: 5064\n", { file: "epicube.yaml" });
 * console.log(diagnostics.length, yamlToJs(value!.documents[0]!)); // 0 { port: 5064 }
 * ```
 *
 * @packageDocumentation
 */
export { type DiagnosticsOfIssuesOptions, diagnosticsOfIssues, rangeAtPath, type SchemaIssue } from "./issues.js";
export { type LoadYamlOptions, loadYaml, type YamlSource } from "./load.js";
export {
  dereference,
  entryOf,
  type YamlAlias,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlSequence,
  type YamlStyle,
} from "./node.js";
export { scalarOffsets } from "./offsets.js";
export { type ResolvedScalar, resolveCoreScalar, type ScalarResolver, type UnresolvedScalar } from "./resolve.js";
export { type YamlToJsOptions, yamlToJs } from "./to-js.js";
