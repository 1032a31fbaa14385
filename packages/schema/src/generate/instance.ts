import type { SourceRange } from "@epicube/core";
import { dereference, type YamlEntry, type YamlNode } from "@epicube/core/yaml";
import { str } from "../python/text.js";
import { PyError, type PyValue } from "../python/value.js";
import { toPython, type YamlDocument } from "../yaml/document.js";
import { createReader, firstKey, kindOf } from "../yaml/reader.js";
import { keySpot, problemAt, type Spot, spotRange, valueSpot } from "../yaml/spot.js";
import type { Entity } from "./entity.js";
import { loseIds, makeEntity } from "./make-entity.js";
import { failRender } from "./report.js";
import { type GivenValue, Reported, type Run } from "./run.js";
import { strictProblem } from "./strict.js";

/** Reads one instance file and makes its entities, in order; labels of enums then become their values. */
export function readInstance(run: Run, document: YamlDocument): { name: string; entities: Entity[] } {
  const entities: Entity[] = [];
  const reader = createReader(document, run.diagnostics);
  if (!document.root) {
    run.diagnostics.push(
      problemAt({ document, node: { start: 0, end: 0 } }, "INSTANCE_EMPTY", "the instance file is empty", {
        help: "it needs ioc_name, description and entities",
      }),
    );
    return { name: "", entities };
  }
  const root = reader.map(document.root, "an instance file");
  if (!root) return { name: "", entities };
  const entries = reader.entries(root, { required: ["ioc_name", "description", "entities"], optional: ["shared"] }, "an instance file");
  const name = readName(run, document, entries.get("ioc_name"), reader);
  const description = entries.get("description");
  if (description) reader.text(description, "description");
  const shared = entries.get("shared");
  if (shared) reader.list(shared.value, "shared");
  const list = entries.get("entities");
  const items = list && reader.list(list.value, "entities");
  for (const item of items?.items ?? []) {
    const entity = readEntity(run, document, item);
    if (entity) entities.push(entity);
  }
  for (const entity of entities) mapLabels(entity);
  return { name, entities };
}

function readName(run: Run, document: YamlDocument, entry: YamlEntry | undefined, reader: ReturnType<typeof createReader>): string {
  const text = entry && reader.text(entry, "ioc_name");
  if (text === undefined) return "";
  const spot = valueSpot(document, entry!);
  try {
    const name = str(run.renderer.renderText(run.rewrite(text, spot), { get: () => undefined }, "str"));
    run.renderer.state.iocName = name;
    if (run.name !== undefined && name !== run.name) {
      const message = `ioc_name is ${JSON.stringify(name)}, but the IOC is called ${JSON.stringify(run.name)}`;
      run.diagnostics.push(problemAt(spot, "IOC_NAME_DIFFERS", message, { severity: "warning", help: `write ioc_name: ${run.name}` }));
    }
    return name;
  } catch (error) {
    try {
      failRender(run, error, text, { spot }, undefined);
    } catch (reported) {
      if (!(reported instanceof Reported)) throw reported;
    }
    return "";
  }
}

function readEntity(run: Run, document: YamlDocument, node: YamlNode): Entity | undefined {
  const target = dereference(node);
  const spot: Spot = { document, node };
  if (target.kind !== "map") {
    run.diagnostics.push(problemAt(spot, "VALUE_TYPE", `an entity must be a map, got ${kindOf(document, node)}`));
    return undefined;
  }
  const values = new Map<string, GivenValue>();
  let type: { value: PyValue; spot: Spot } | undefined;
  for (const entry of target.entries) {
    const value = toPython(document, entry.value);
    const name = str(toPython(document, entry.key));
    if (name === "type") type = { value, spot: valueSpot(document, entry) };
    else values.set(name, { value, spot: valueSpot(document, entry), keySpot: keySpot(document, entry) });
  }
  if (typeof type?.value !== "string") loseIds(run, values);
  if (!type) {
    const typo = [...values].find(([name]) => ["typ", "types", "tpye", "tyep", "Type", "ype", "tye"].includes(name));
    run.diagnostics.push(
      problemAt(typo?.[1].keySpot ?? { document, node: firstKey(target) }, "KEY_MISSING", 'an entity needs the key "type"', {
        ...(typo ? { help: 'did you mean "type"?', fix: [{ range: spotRange(typo[1].keySpot!), text: "type" }] } : {}),
      }),
    );
    return undefined;
  }
  if (typeof type.value !== "string") {
    run.diagnostics.push(problemAt(type.spot, "VALUE_TYPE", `type must be text, got ${kindOf(document, node)}`));
    return undefined;
  }
  return makeEntity(run, { type: type.value, values, spot, typeSpot: type.spot, top: topRange(document, node, type.spot) });
}

/** The place of an entity: the line of its type. */
function topRange(document: YamlDocument, node: YamlNode, typeSpot: Spot): SourceRange {
  return node.kind === "alias" ? document.rangeOf(node) : spotRange(typeSpot);
}

/** Labels become values in top-level entities only, as in ibek. */
function mapLabels(entity: Entity): void {
  for (const parameter of entity.model?.parameters.values() ?? []) {
    if (parameter.type !== "enum" || !parameter.values) continue;
    const label = entity.fields.get(parameter.name);
    if (label === undefined) continue;
    try {
      const value = parameter.values.get(label);
      if (value !== undefined && value !== null) entity.fields.set(parameter.name, value);
    } catch (error) {
      if (!(error instanceof PyError)) throw error;
    }
  }
}

/** Reports labels that stay labels because their entity comes from a repeat or another entity. */
export function reportKeptLabels(run: Run, entity: Entity): void {
  for (const parameter of entity.model?.parameters.values() ?? []) {
    if (parameter.type !== "enum" || !parameter.values) continue;
    const label = entity.fields.get(parameter.name);
    if (label === undefined || typeof label === "object") continue;
    const value = parameter.values.get(label);
    if (value === undefined || value === null || str(value) === str(label)) continue;
    const spot = entity.places.get(parameter.name) ?? parameter.spot;
    strictProblem(
      run,
      spot,
      "ENUM_LABEL_KEPT",
      `ibek does not turn the label ${str(label)} into its value ${str(value)} in sub-entities and repeats`,
      entity,
    );
  }
}
