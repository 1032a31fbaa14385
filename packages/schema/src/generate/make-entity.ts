import { nearest, type SourceRange } from "@epicube/core";
import type { Names } from "../jinja/evaluate.js";
import { copyDeep } from "../python/cast.js";
import { repr, str } from "../python/text.js";
import { hashKey, PyDict, PyError, type PyValue } from "../python/value.js";
import type { EntityModel } from "../support/model.js";
import { acceptValue, laxInteger, type Parameter } from "../support/parameter.js";
import { describeValue, laxBoolean } from "../yaml/reader.js";
import { problemAt, type Spot, spotRange } from "../yaml/spot.js";
import { type BuiltIn, Entity, Poisoned } from "./entity.js";
import { failRender } from "./report.js";
import { type GivenValue, Reported, type Run, reportOnce } from "./run.js";
import { strictProblem } from "./strict.js";

/** What an entity is made from. */
export interface EntitySource {
  readonly type: string;
  /** Values by key, without `type`. */
  readonly values: ReadonlyMap<string, GivenValue>;
  readonly spot: Spot;
  /** What a missing parameter is reported at. */
  readonly typeSpot: Spot;
  readonly top: SourceRange;
}

const BUILT_IN: Record<BuiltIn, readonly { name: string; type: "str" | "int" | "values" | "map"; default?: PyValue }[]> = {
  "ibek.repeat": [
    { name: "values", type: "values" },
    { name: "variable", type: "str", default: "index" },
    { name: "entity", type: "map" },
  ],
  "ibek.wait_ip": [
    { name: "device", type: "str", default: "DEVICE" },
    { name: "timeout", type: "int", default: 0n },
    { name: "address", type: "str" },
  ],
  "ibek.wait_usb": [
    { name: "device", type: "str", default: "DEVICE" },
    { name: "timeout", type: "int", default: 0n },
    { name: "id", type: "str" },
  ],
};

/** Names of the built-in entity types. */
export const BUILT_IN_TYPES = Object.keys(BUILT_IN) as readonly BuiltIn[];

/** True for the name of a built-in entity type. */
export function isBuiltIn(type: string): type is BuiltIn {
  return Object.hasOwn(BUILT_IN, type);
}

/** Checks the given values and makes the entity of them. Undefined when there are findings; all of one entity are reported. */
export function makeEntity(run: Run, source: EntitySource): Entity | undefined {
  const { type } = source;
  const model = isBuiltIn(type) ? undefined : run.support.models.get(type);
  if ((!model && !isBuiltIn(type)) || run.support.gaps.types.has(type)) {
    if (isKnownGap(run, type)) run.incomplete = true;
    else reportUnknownType(run, type, source);
    loseIds(run, source.values);
    return undefined;
  }
  const before = run.diagnostics.length;
  // The type of the entity hides a parameter of that name, as in ibek.
  const fields = model ? [...model.parameters.values()].filter((field) => field.name !== "type") : [];
  const names = model ? fields.map((field) => field.name) : BUILT_IN[type as BuiltIn].map((field) => field.name);
  const declared = ["type", "entity_enabled", ...names.filter((name) => name !== "type" && name !== "entity_enabled")];
  const entity = new Entity(type, model, declared, source.spot, source.top);
  entity.fields.set("type", type);
  entity.fields.set("entity_enabled", true);
  const enabled = source.values.get("entity_enabled");
  if (enabled && !names.includes("entity_enabled")) {
    const value = laxBoolean(enabled.value);
    if (value === undefined)
      report(
        run,
        enabled.spot ?? source.spot,
        "PARAMETER_TYPE",
        `entity_enabled must be true or false, got ${describeValue(enabled.value)}`,
      );
    else entity.fields.set("entity_enabled", value);
  }
  const missing: string[] = [];
  const take = (
    name: string,
    fallback: PyValue | undefined,
    fallbackSpot: Spot | undefined,
    accept: (value: PyValue) => ReturnType<typeof acceptValue>,
  ) => {
    const given = source.values.get(name);
    if (!given) {
      if (fallback === undefined) missing.push(name);
      else entity.fields.set(name, copyDeep(fallback));
      if (fallbackSpot) entity.places.set(name, fallbackSpot);
      return;
    }
    if (given.spot) entity.places.set(name, given.spot);
    const accepted = accept(given.value);
    if ("value" in accepted) entity.fields.set(name, accepted.value);
    else reportValue(run, given, source, accepted, model?.parameters.get(name));
  };
  if (model) for (const field of fields) take(field.name, field.default, field.defaultSpot, (value) => acceptValue(field, value));
  else for (const field of BUILT_IN[type as BuiltIn]) take(field.name, field.default, undefined, (value) => acceptBuiltIn(field, value));
  reportKeys(run, source, names, missing, model);
  if (run.diagnostics.length > before) {
    poisonId(run, source, model);
    return undefined;
  }
  if (!model) return entity;
  try {
    processFields(run, entity, model);
    return entity;
  } catch (error) {
    if (!(error instanceof Reported) && !(error instanceof Poisoned)) throw error;
    poisonId(run, source, model, entity);
    return undefined;
  }
}

function acceptBuiltIn(field: { name: string; type: "str" | "int" | "values" | "map" }, value: PyValue): ReturnType<typeof acceptValue> {
  if (field.type === "str") return acceptValue({ name: field.name, type: "str" }, value);
  if (field.type === "map") {
    return value instanceof PyDict
      ? { value: PyDict.of(value.entries()) }
      : { problem: `${field.name} must be a map, got ${describeValue(value)}` };
  }
  if (field.type === "int") {
    const whole = laxInteger(value);
    return whole === undefined ? { problem: `${field.name} must be an int, got ${describeValue(value)}` } : { value: whole };
  }
  if (Array.isArray(value)) return { value: [...value] };
  return typeof value === "string"
    ? { value }
    : { problem: `${field.name} must be a list or a {{ expression }}, got ${describeValue(value)}` };
}

function report(run: Run, spot: Spot, code: string, message: string, extras: Parameters<typeof problemAt>[3] = {}): void {
  reportOnce(run, problemAt(spot, code, message, extras));
}

function declaredHere(parameter: Parameter | undefined) {
  return parameter ? [{ range: spotRange(parameter.spot), message: `${parameter.name} is declared here` }] : [];
}

function reportValue(
  run: Run,
  given: GivenValue,
  source: EntitySource,
  problem: { problem: string; labels?: readonly string[]; meant?: string },
  parameter: Parameter | undefined,
): void {
  const spot = given.spot ?? source.spot;
  const guess =
    problem.meant ?? (problem.labels && typeof given.value === "string" ? nearest(given.value, problem.labels, 1)[0] : undefined);
  const text =
    (parameter?.type === "str" || parameter?.type === "id") &&
    !Array.isArray(given.value) &&
    !(given.value instanceof PyDict) &&
    given.value !== null;
  const written = text ? spot.document.source.text.slice(spot.node.start, spot.node.end) : "";
  report(run, spot, problem.labels ? "ENUM_VALUE" : "PARAMETER_TYPE", problem.problem, {
    labels: [...declaredHere(parameter), ...inEntity(spot, source)],
    ...(guess !== undefined ? { help: `did you mean ${guess}?`, fix: [{ range: spotRange(spot), text: guess }] } : {}),
    ...(text && !written.includes("\n")
      ? { help: `put it in quotes: "${written}"`, fix: [{ range: spotRange(spot), text: `"${written}"` }] }
      : {}),
  });
}

/** A note to the instance's entity, where the finding stands in a support file. */
function inEntity(spot: Spot, source: EntitySource) {
  return spot.document.file === source.top.file ? [] : [{ range: source.top, message: "brought in by this entity" }];
}

function reportKeys(
  run: Run,
  source: EntitySource,
  names: readonly string[],
  missingNames: readonly string[],
  model: EntityModel | undefined,
): void {
  const missing = [...missingNames];
  const known = [...names, "entity_enabled"];
  for (const [key, given] of source.values) {
    if (known.includes(key)) continue;
    const spot = given.keySpot ?? given.spot ?? source.spot;
    const free = known.filter((name) => !source.values.has(name));
    const guess = nearest(key, missing, 1)[0] ?? nearest(key, free, 1)[0];
    if (guess !== undefined && missing.includes(guess)) missing.splice(missing.indexOf(guess), 1);
    report(run, spot, "PARAMETER_UNKNOWN", `${source.type} has no parameter ${JSON.stringify(key)}`, {
      labels: [...(guess === undefined ? [] : declaredHere(model?.parameters.get(guess))), ...inEntity(spot, source)],
      help: guess === undefined ? `its parameters are ${names.join(", ") || "none"}` : `did you mean ${JSON.stringify(guess)}?`,
      ...(guess !== undefined && given.keySpot ? { fix: [{ range: spotRange(spot), text: guess }] } : {}),
    });
  }
  if (missing.length > 0) {
    const list = missing.map((name) => JSON.stringify(name)).join(", ");
    report(run, source.typeSpot, "PARAMETER_MISSING", `${source.type} needs the parameter${missing.length > 1 ? "s" : ""} ${list}`, {
      labels: [...missing.flatMap((name) => declaredHere(model?.parameters.get(name))), ...inEntity(source.typeSpot, source)],
    });
  }
}

function reportUnknownType(run: Run, type: string, source: EntitySource): void {
  const types = [...run.support.models.keys(), ...BUILT_IN_TYPES];
  const close = nearest(type, types);
  const module = type.split(".")[0]!;
  const siblings = types.filter((name) => name.startsWith(`${module}.`));
  const lastPart = type.slice(type.lastIndexOf(".") + 1);
  const elsewhere = types.filter((name) => name.endsWith(`.${lastPart}`));
  const help =
    close.length > 0
      ? `did you mean ${close.join(", ")}?`
      : elsewhere.length > 0
        ? `did you mean ${elsewhere.slice(0, 3).join(", ")}?`
        : siblings.length > 0
          ? `the module ${module} has ${siblings.slice(0, 8).join(", ")}${siblings.length > 8 ? ", …" : ""}`
          : `no support file of the module ${module} is loaded`;
  const [guess] = close.length > 0 ? close : elsewhere;
  report(run, source.typeSpot, "TYPE_UNKNOWN", `no entity type ${JSON.stringify(type)}`, {
    help,
    labels: inEntity(source.typeSpot, source),
    ...(guess === undefined ? {} : { fix: [{ range: spotRange(source.typeSpot), text: guess }] }),
  });
}

/** True where errors in support files may be why the type is not known, or why its entities would have findings. */
function isKnownGap(run: Run, type: string): boolean {
  const { gaps, models } = run.support;
  const module = type.split(".")[0]!;
  if (gaps.types.has(type) || gaps.modules.has(module)) return true;
  return gaps.anyModule && ![...models.values()].some((model) => model.module === module);
}

/** Remembers the texts of an entity that failed: whatever refers to one of them may be right. */
export function loseIds(run: Run, values: ReadonlyMap<string, GivenValue>, model?: EntityModel): void {
  for (const [name, { value }] of values) {
    // What refers to an object is no object's name.
    if (typeof value !== "string" || model?.parameters.get(name)?.type === "object") continue;
    run.lostIds.add(value);
    if (!value.includes("{")) continue;
    try {
      run.lostIds.add(str(run.renderer.renderText(value, { get: (name) => values.get(name)?.value }, "id")));
    } catch {
      // What cannot be rendered was reported, or is no id.
    }
  }
}

/** Remembers the id of an entity with findings, so that references to it are no findings of their own. */
function poisonId(run: Run, source: EntitySource, model: EntityModel | undefined, entity?: Entity): void {
  loseIds(run, source.values, model);
  for (const parameter of model?.parameters.values() ?? []) {
    if (parameter.type !== "id") continue;
    const known = entity?.fields.get(parameter.name) ?? source.values.get(parameter.name)?.value ?? parameter.default;
    if (typeof known !== "string") continue;
    let id: PyValue = known;
    try {
      id = run.renderer.renderText(known, { get: (name) => entity?.fields.get(name) ?? source.values.get(name)?.value }, "id");
    } catch {
      continue;
    }
    if (!run.ids.has(str(id)) || run.ids.get(str(id))?.entity === entity)
      run.ids.set(str(id), { entity: undefined, spot: source.values.get(parameter.name)?.spot });
  }
}

/** Renders the fields in ibek's order: what is computed before, the parameters, what is computed after; then checks the assertions. */
function processFields(run: Run, entity: Entity, model: EntityModel): void {
  for (const define of model.preDefines.values()) {
    entity.places.set(define.name, define.spot);
    processField(run, entity, define.name, define.value, define.type, define.spot);
  }
  for (const parameter of model.parameters.values()) {
    const spot = entity.places.get(parameter.name) ?? parameter.spot;
    processField(run, entity, parameter.name, entity.fields.get(parameter.name) ?? null, parameter.type, spot);
  }
  for (const define of model.postDefines.values()) {
    entity.places.set(define.name, define.spot);
    processField(run, entity, define.name, define.value, define.type, define.spot);
  }
  if (!entity.enabled) return;
  for (const { assertion, message } of model.validations) {
    const test = `{% if ${assertion.text} %}True{% else %}False{% endif %}`;
    const result = renderAt(run, test, entity, "", assertion.spot, entity, (offset) => offset - 6);
    if (result === "True") continue;
    const sentence = renderAt(run, message.text, entity, "", message.spot, entity);
    report(run, entity.spot, "VALIDATION_FAILED", `${entity.type}: ${str(sentence)}`, {
      labels: [
        { range: spotRange(assertion.spot), message: "this must be true" },
        ...(spotRange(entity.spot).file === entity.top.file ? [] : [{ range: entity.top, message: "brought in by this entity" }]),
      ],
    });
    throw new Reported();
  }
}

function processField(run: Run, entity: Entity, name: string, raw: PyValue, type: string, spot: Spot): void {
  let value = raw;
  if (typeof value === "string") value = renderAt(run, value, entity, type, spot, entity);
  if (type === "object" && typeof value === "string") value = lookUp(run, value, name, spot, entity);
  entity.fields.set(name, value);
  if (type === "id") register(run, entity, value, spot);
}

/** Renders a text of an entity; an error is reported at the text's place. */
export function renderAt(
  run: Run,
  text: string,
  names: Names,
  type: string,
  spot: Spot,
  entity: Entity | undefined,
  map?: (offset: number) => number,
): PyValue {
  const rewritten = run.rewrite(text, spot);
  const { remarks } = run.renderer.state;
  try {
    const value = run.renderer.renderText(rewritten, names, type);
    if (remarks.length > 0 && entity) for (const { code, message } of remarks.splice(0)) strictProblem(run, spot, code, message, entity);
    return value;
  } catch (error) {
    return failRender(run, error, rewritten, { spot, ...(map ? { map } : {}) }, entity);
  }
}

function lookUp(run: Run, id: string, name: string, spot: Spot, entity: Entity): PyValue {
  const found = run.ids.get(id);
  if (found) {
    if (!found.entity) throw new Reported();
    return found.entity;
  }
  const later = run.laterIds.get(id);
  if (run.lostIds.has(id)) throw new Reported();
  const close = nearest(id, run.ids.keys());
  const labels = spot.document.file === entity.top.file ? [] : [{ range: entity.top, message: "brought in by this entity" }];
  if (later) {
    report(run, spot, "OBJECT_LATER", `${name} refers to the object ${JSON.stringify(id)}, which is defined only later`, {
      labels: [{ range: spotRange(later), message: "defined here" }, ...labels],
      help: "move its entity before this one",
    });
  } else {
    report(run, spot, "OBJECT_UNKNOWN", `${name} refers to the object ${JSON.stringify(id)}, which no entity defines`, {
      labels,
      help:
        close.length > 0
          ? `did you mean ${close.join(", ")}?`
          : run.ids.size === 0
            ? "no entity before this one has an id"
            : `ids so far: ${[...run.ids.keys()].slice(0, 10).join(", ")}${run.ids.size > 10 ? ", …" : ""}`,
      ...(close[0] !== undefined && sourceIs(spot, id) ? { fix: [{ range: spotRange(spot), text: close[0] }] } : {}),
    });
  }
  throw new Reported();
}

function sourceIs(spot: Spot, text: string): boolean {
  return spot.document.source.text.slice(spot.node.start, spot.node.end) === text;
}

function register(run: Run, entity: Entity, value: PyValue, spot: Spot): void {
  const id = str(value);
  try {
    hashKey(value);
  } catch (error) {
    if (error instanceof PyError) failRender(run, error, "", { spot }, entity);
    throw error;
  }
  const first = run.ids.get(id);
  if (first) {
    report(run, spot, "ID_DUPLICATE", `the id ${repr(value)} is taken`, {
      labels: [
        ...(first.spot ? [{ range: spotRange(first.spot), message: "first here" }] : []),
        ...(spot.document.file === entity.top.file ? [] : [{ range: entity.top, message: "brought in by this entity" }]),
      ],
    });
    throw new Reported();
  }
  run.ids.set(id, { entity, spot });
}
