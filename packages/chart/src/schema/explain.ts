/**
 * What is wrong with a value, in the words of helm's validator (santhosh-tekuri/jsonschema): the tree of reasons that its text shows.
 * Whether a value is valid is decided elsewhere; this only says why it is not.
 */
export function explainSchema(schema: unknown, data: unknown): string[] {
  return flatten(createExplainer(schema)(schema, data, "", 0), "");
}

/** A reason, with the reasons below it. */
interface Reason {
  readonly place: string;
  readonly message: string;
  readonly below: readonly Reason[];
}

type JsonObject = Record<string, unknown>;

const MAX_DEPTH = 200;
const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
const typeName = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const show = (value: unknown) => (typeof value === "string" ? `'${value}'` : value === null ? "<nil>" : JSON.stringify(value));
const names = (list: readonly string[]) => list.map((name) => `'${name}'`).join(", ");
const runes = (text: string) => Array.from(text).length;
const step = (place: string, key: string | number) => `${place}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

function flatten(reasons: readonly Reason[], indent: string): string[] {
  return reasons.flatMap((reason) => [`${indent}- at '${reason.place}': ${reason.message}`, ...flatten(reason.below, `${indent}  `)]);
}

function hasType(value: unknown, type: string): boolean {
  const found = typeName(value);
  return found === type || (type === "integer" && found === "number" && Number.isInteger(value));
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

function createExplainer(root: unknown) {
  const resolve = (reference: string): unknown => {
    if (!reference.startsWith("#")) return undefined;
    let node: unknown = root;
    for (const part of decodeURIComponent(reference.slice(1)).split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      node = Array.isArray(node) ? node[Number(key)] : isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }
    return node;
  };

  const explain = (schema: unknown, value: unknown, place: string, depth: number): Reason[] => {
    const reasons: Reason[] = [];
    const add = (message: string, below: readonly Reason[] = []) => reasons.push({ place, message, below });
    if (schema === false) add("false schema");
    if (!isObject(schema) || depth > MAX_DEPTH) return reasons;
    const sub = (child: unknown, item: unknown, at: string) => explain(child, item, at, depth + 1);

    if (typeof schema.$ref === "string") reasons.push(...sub(resolve(schema.$ref), value, place));
    const types = typeof schema.type === "string" ? [schema.type] : Array.isArray(schema.type) ? (schema.type as string[]) : [];
    if (types.length > 0 && !types.some((type) => hasType(value, type))) {
      add(`got ${typeName(value)}, want ${inOrder(types).join(" or ")}`);
      return reasons;
    }
    if (Array.isArray(schema.enum) && !schema.enum.some((item) => equal(item, value)))
      add(`value must be one of ${schema.enum.map(show).join(", ")}`);
    if ("const" in schema && !equal(schema.const, value)) add(`value must be ${show(schema.const)}`);
    if (isObject(value)) explainObject(schema, value, place, reasons, add, sub);
    if (Array.isArray(value)) explainArray(schema, value, place, reasons, add, sub);
    if (typeof value === "string") explainText(schema, value, add);
    if (typeof value === "number") explainNumber(schema, value, add);
    explainCombined(schema, value, place, reasons, add, sub);
    return reasons;
  };
  return explain;
}

type Add = (message: string, below?: readonly Reason[]) => void;
type Sub = (schema: unknown, value: unknown, place: string) => Reason[];

/** The order in which helm's validator keeps types. */
function inOrder(types: readonly string[]): string[] {
  return ["null", "boolean", "number", "integer", "string", "array", "object"].filter((type) => types.includes(type));
}

function explainObject(schema: JsonObject, value: JsonObject, place: string, reasons: Reason[], add: Add, sub: Sub): void {
  const keys = Object.keys(value);
  const limit = (keyword: string, broken: (bound: number) => boolean) => {
    const bound = schema[keyword];
    if (typeof bound === "number" && broken(bound)) add(`${keyword}: got ${keys.length}, want ${bound}`);
  };
  limit("minProperties", (bound) => keys.length < bound);
  limit("maxProperties", (bound) => keys.length > bound);
  if (Array.isArray(schema.required)) {
    const missing = (schema.required as string[]).filter((name) => !Object.hasOwn(value, name));
    if (missing.length > 0) add(`missing propert${missing.length === 1 ? "y" : "ies"} ${names(missing)}`);
  }
  const properties = isObject(schema.properties) ? schema.properties : {};
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  const others: string[] = [];
  for (const key of keys) {
    let known = false;
    if (Object.hasOwn(properties, key)) {
      known = true;
      reasons.push(...sub(properties[key], value[key], step(place, key)));
    }
    for (const [pattern, child] of patterns) {
      if (!matches(pattern, key)) continue;
      known = true;
      reasons.push(...sub(child, value[key], step(place, key)));
    }
    if (!known) others.push(key);
  }
  if (schema.additionalProperties === false && others.length > 0) add(`additional properties ${names(others)} not allowed`);
  else if (isObject(schema.additionalProperties))
    for (const key of others) reasons.push(...sub(schema.additionalProperties, value[key], step(place, key)));
  if (schema.propertyNames !== undefined) {
    for (const key of keys) {
      const below = sub(schema.propertyNames, key, "");
      if (below.length > 0) add(`invalid propertyName '${key}'`, below);
    }
  }
}

function explainArray(schema: JsonObject, value: readonly unknown[], place: string, reasons: Reason[], add: Add, sub: Sub): void {
  if (typeof schema.minItems === "number" && value.length < schema.minItems) add(`minItems: got ${value.length}, want ${schema.minItems}`);
  if (typeof schema.maxItems === "number" && value.length > schema.maxItems) add(`maxItems: got ${value.length}, want ${schema.maxItems}`);
  if (schema.uniqueItems === true) {
    for (let second = 1; second < value.length; second++) {
      const first = value.findIndex((item, index) => index < second && equal(item, value[second]));
      if (first === -1) continue;
      add(`items at ${first} and ${second} are equal`);
      break;
    }
  }
  const given = Array.isArray(schema.prefixItems) ? schema.prefixItems : Array.isArray(schema.items) ? schema.items : [];
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
  for (const [index, item] of value.entries()) {
    const child = index < given.length ? given[index] : rest;
    if (child !== undefined) reasons.push(...sub(child, item, step(place, index)));
  }
}

function explainText(schema: JsonObject, value: string, add: Add): void {
  if (typeof schema.minLength === "number" && runes(value) < schema.minLength)
    add(`minLength: got ${runes(value)}, want ${schema.minLength}`);
  if (typeof schema.maxLength === "number" && runes(value) > schema.maxLength)
    add(`maxLength: got ${runes(value)}, want ${schema.maxLength}`);
  if (typeof schema.pattern === "string" && !matches(schema.pattern, value))
    add(`${show(value)} does not match pattern ${show(schema.pattern)}`);
}

function explainNumber(schema: JsonObject, value: number, add: Add): void {
  const bound = (keyword: string, broken: (limit: number) => boolean) => {
    const limit = schema[keyword];
    if (typeof limit === "number" && broken(limit)) add(`${keyword}: got ${value}, want ${limit}`);
  };
  bound("minimum", (limit) => value < limit);
  bound("maximum", (limit) => value > limit);
  bound("exclusiveMinimum", (limit) => value <= limit);
  bound("exclusiveMaximum", (limit) => value >= limit);
  bound("multipleOf", (limit) => !Number.isInteger(value / limit));
}

function explainCombined(schema: JsonObject, value: unknown, place: string, reasons: Reason[], add: Add, sub: Sub): void {
  if (schema.not !== undefined && sub(schema.not, value, place).length === 0) add("'not' failed");
  if (Array.isArray(schema.allOf)) {
    const below = schema.allOf.flatMap((child) => sub(child, value, place));
    if (below.length > 0) add("'allOf' failed", below);
  }
  if (Array.isArray(schema.anyOf)) {
    const tried = schema.anyOf.map((child) => sub(child, value, place));
    if (!tried.some((below) => below.length === 0)) add("'anyOf' failed", tried.flat());
  }
  if (Array.isArray(schema.oneOf)) {
    const tried = schema.oneOf.map((child) => sub(child, value, place));
    const met = tried.flatMap((below, index) => (below.length === 0 ? [index] : []));
    if (met.length > 1) add(`'oneOf' failed, subschemas ${met.slice(0, 2).join(", ")} matched`);
    else if (met.length === 0) add("'oneOf' failed, none matched", tried.flat());
  }
  if (schema.if !== undefined) reasons.push(...sub(sub(schema.if, value, place).length === 0 ? schema.then : schema.else, value, place));
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}
