import type { SourceRange } from "@epicube/core";
import { dereference } from "@epicube/core/yaml";
import { iterate } from "../python/operators.js";
import { str } from "../python/text.js";
import { PyDict, type PyValue } from "../python/value.js";
import type { SubEntity } from "../support/model.js";
import { problemAt, type Spot, spotRange } from "../yaml/spot.js";
import { Entity, Poisoned } from "./entity.js";
import { reportKeptLabels } from "./instance.js";
import { makeEntity } from "./make-entity.js";
import { failRender } from "./report.js";
import { type GivenValue, Reported, type Run } from "./run.js";

/** An entity, or the raw values of one that a repeat or another entity brings along. */
type Pending = Entity | { readonly values: ReadonlyMap<string, GivenValue>; readonly spot: Spot; readonly top: SourceRange };
type Context = Map<string, PyValue>;

const MAX_DEPTH = 50;
const MAX_ENTITIES = 100_000;

/**
 * All entities of an IOC in order: each top-level one, then depth-first what it brings along. Siblings share a context that grows, as in
 * ibek: what an earlier one declared is seen by the repeats after it.
 */
export function resolveEntities(run: Run, entities: readonly Entity[]): Entity[] {
  const result: Entity[] = [];
  resolve(run, entities, new Map(), 0, result);
  return result;
}

function resolve(run: Run, pending: readonly Pending[], outer: ReadonlyMap<string, PyValue>, depth: number, result: Entity[]): void {
  const context: Context = new Map(outer);
  for (const item of pending) {
    if (depth > MAX_DEPTH || result.length > MAX_ENTITIES) {
      const spot = item.spot;
      const message =
        depth > MAX_DEPTH ? `sub-entities are nested deeper than ${MAX_DEPTH}` : `the IOC has more than ${MAX_ENTITIES} entities`;
      const known = run.diagnostics.some((entry) => entry.code === "SUB_ENTITY_LIMIT");
      if (!known)
        run.diagnostics.push(
          problemAt(spot, "SUB_ENTITY_LIMIT", message, { labels: [{ range: item.top, message: "brought in by this entity" }] }),
        );
      return;
    }
    try {
      resolveOne(run, item, context, depth, result);
    } catch (error) {
      if (!(error instanceof Poisoned) && !(error instanceof Reported)) throw error;
    }
  }
}

function resolveOne(run: Run, item: Pending, context: Context, depth: number, result: Entity[]): void {
  let entity: Entity | undefined;
  if (item instanceof Entity) {
    entity = item.type === "ibek.repeat" ? renderedEntity(run, { values: givenOf(item), spot: item.spot, top: item.top }, context) : item;
  } else entity = renderedEntity(run, item, context);
  if (!entity) return;
  if (!(item instanceof Entity)) reportKeptLabels(run, entity);
  for (const [name, value] of entity.dump().entries()) context.set(str(name), value);
  if (entity.type === "ibek.repeat") {
    expandRepeat(run, entity, context, depth, result);
    return;
  }
  result.push(entity);
  for (const sub of entity.model?.subEntities ?? []) {
    resolve(run, [{ values: subEntityValues(sub), spot: sub.spot, top: entity.top }], context, depth + 1, result);
  }
}

function expandRepeat(run: Run, repeat: Entity, context: Context, depth: number, result: Entity[]): void {
  const variable = str(repeat.fields.get("variable")!);
  const spot = repeat.places.get("entity") ?? repeat.spot;
  iterate(repeat.fields.get("values")!).forEach((value, index) => {
    context.set(variable, value);
    context.set(`${variable}_num`, BigInt(index));
    const values = mapValues(repeat.fields.get("entity")!, spot);
    resolve(run, [{ values, spot, top: repeat.top }], context, depth + 1, result);
  });
}

/** Fields of an entity as values to render again. */
function givenOf(entity: Entity): Map<string, GivenValue> {
  const values = new Map<string, GivenValue>();
  for (const [name, value] of entity.dump().entries())
    values.set(str(name), { value, spot: entity.places.get(str(name)), keySpot: undefined });
  return values;
}

function subEntityValues(sub: SubEntity): Map<string, GivenValue> {
  const values = new Map<string, GivenValue>();
  const places = placesIn(sub.spot);
  values.set("type", { value: sub.type, spot: places.get("type")?.value ?? sub.spot, keySpot: undefined });
  values.set("entity_enabled", { value: sub.enabled, spot: undefined, keySpot: undefined });
  for (const [name, field] of sub.fields) values.set(name, { value: field.value, spot: field.spot, keySpot: places.get(name)?.key });
  return values;
}

function mapValues(map: PyValue, spot: Spot): Map<string, GivenValue> {
  const values = new Map<string, GivenValue>();
  if (!(map instanceof PyDict)) return values;
  const places = placesIn(spot);
  for (const [key, value] of map.entries()) {
    const name = str(key);
    values.set(name, { value, spot: places.get(name)?.value, keySpot: places.get(name)?.key });
  }
  return values;
}

/** Places of the entries of a map node. */
function placesIn(spot: Spot): Map<string, { value: Spot; key: Spot }> {
  const places = new Map<string, { value: Spot; key: Spot }>();
  if (!("kind" in spot.node)) return places;
  const map = dereference(spot.node as Parameters<typeof dereference>[0]);
  if (map.kind !== "map") return places;
  for (const entry of map.entries) {
    const key = dereference(entry.key);
    const use = entry.mergedAt ?? spot.use;
    const made = (node: Spot["node"]): Spot => ({ document: spot.document, node, ...(use ? { use } : {}) });
    if (key.kind === "scalar") places.set(key.text, { value: made(entry.value), key: made(entry.key) });
  }
  return places;
}

/** Renders every value with the context, then makes the entity. */
function renderedEntity(run: Run, source: Exclude<Pending, Entity>, context: Context): Entity | undefined {
  const values = new Map<string, GivenValue>();
  for (const [name, given] of source.values) {
    const spot = given.spot ?? source.spot;
    values.set(name, { ...given, value: renderGiven(run, given.value, context, spot, source.top) });
  }
  const type = values.get("type");
  values.delete("type");
  const typeSpot = type?.spot ?? source.spot;
  if (typeof type?.value !== "string") {
    const code = type ? "PARAMETER_TYPE" : "KEY_MISSING";
    run.diagnostics.push(
      problemAt(source.spot, code, type ? "type must be text" : 'an entity needs the key "type"', {
        labels: spotRange(source.spot).file === source.top.file ? [] : [{ range: source.top, message: "brought in by this entity" }],
      }),
    );
    return undefined;
  }
  return makeEntity(run, { type: type.value, values, spot: source.spot, typeSpot, top: source.top });
}

function renderGiven(run: Run, value: PyValue, context: Context, spot: Spot, top: SourceRange): PyValue {
  if (Array.isArray(value)) return value.map((item) => renderGiven(run, item, context, spot, top));
  if (typeof value !== "string") return value;
  const text = run.rewrite(value, spot);
  try {
    return run.renderer.renderText(text, context, "");
  } catch (error) {
    const owner = new Entity(str(context.get("type") ?? ""), undefined, [], spot, top);
    return failRender(run, error, text, { spot }, owner);
  }
}
