/**
 * Go text/template, Go value formatting and the sprig functions.
 *
 * @example
 * ```ts
 * import { createFunctions, fromJs, parseTemplateSet } from "@epicube/gotemplate";
 *
 * const set = parseTemplateSet([{ name: "pod.yaml", text: 'image: {{ .image | default "ioc" | quote }}\n' }], {
 *   functions: createFunctions(),
 * });
 * console.log(set.execute("pod.yaml", fromJs({ image: "ghcr.io/ioc" })));
 * ```
 *
 * @packageDocumentation
 */
export { chartAuthorMessage, helmErrorText, WARN_END, WARN_START } from "./errors/helm-text.js";
export {
  GoError,
  TemplateError,
  type TemplateErrorCode,
  type TemplateErrorOptions,
  type TemplateFrame,
  type TemplatePosition,
  templateErrorToDiagnostic,
} from "./errors/template-error.js";
export { formatGo, sprint, sprintf } from "./format/print.js";
export { createFunctions, type FunctionOptions } from "./functions/create.js";
export {
  defineFunction,
  type ExecutionContext,
  type FunctionTable,
  type ParameterType,
  type TemplateFunction,
} from "./functions/function.js";
export { createIncludeFunctions, type IncludeOptions } from "./functions/helm.js";
export { toFloat64, toInt64 } from "./functions/numbers.js";
export { decodeJson } from "./json/decode.js";
export { encodeJson, type JsonOptions } from "./json/encode.js";
export { parseTemplateSet } from "./set/parse-set.js";
export type { TemplateFile, TemplateLimits, TemplateSet, TemplateSetOptions } from "./set/template-set.js";
export { byteLength, compareGo, decodeGo, encodeGo } from "./text/bytes.js";
export { quoteGo } from "./text/quote.js";
export { deepEqual } from "./values/deep-equal.js";
export { fromJs, toJs } from "./values/from-js.js";
export { GoInt, goInt, goInt64, goInteger, type IntType, isInt } from "./values/int.js";
export { type GoKind, isTrue, kindOf, typeOf } from "./values/kind.js";
export { sortedKeys } from "./values/map.js";
export {
  GO_TYPE,
  GoComplex,
  type GoMap,
  type GoSlice,
  GoStruct,
  type GoType,
  type GoValue,
  goInts,
  goStrings,
  goTypeOf,
  isNilContainer,
  nilSlice,
  withType,
} from "./values/value.js";
