import type { SourceRange } from "@epicube/core";
import type { Names } from "../jinja/evaluate.js";
import { str } from "../python/text.js";
import { PyDict, PyError, type PyObject, PySet, PyTuple, type PyValue } from "../python/value.js";
import type { EntityModel } from "../support/model.js";
import type { Spot } from "../yaml/spot.js";

/** Entity types that need no support file. */
export type BuiltIn = "ibek.repeat" | "ibek.wait_ip" | "ibek.wait_usb";

/** Thrown when something refers to an entity that already has findings: no further finding is made of it. */
export class Poisoned extends Error {}

/** An entity of an IOC while it is generated: its fields in the order in which ibek holds them. */
export class Entity implements PyObject, Names {
  readonly type: string;
  readonly model: EntityModel | undefined;
  readonly fields = new Map<string, PyValue>();
  /** Where the values of fields were written. */
  readonly places = new Map<string, Spot>();
  /** The top-level entity of the instance file that it comes from. */
  readonly top: SourceRange;
  /** Where it is written: in the instance file, or as a sub-entity in a support file. */
  readonly spot: Spot;
  /** Fields that are no computed values: these alone are passed on to sub-entities. */
  readonly declared: readonly string[];

  constructor(type: string, model: EntityModel | undefined, declared: readonly string[], spot: Spot, top: SourceRange) {
    this.type = type;
    this.model = model;
    this.declared = declared;
    this.spot = spot;
    this.top = top;
  }
  get typeName(): string {
    return this.type;
  }
  get enabled(): boolean {
    return this.fields.get("entity_enabled") === true;
  }
  get(name: string): PyValue | undefined {
    return this.fields.get(name);
  }
  getAttr(name: string): PyValue | undefined {
    return this.fields.get(name);
  }
  iterate(): readonly PyValue[] {
    return [...this.fields].map(([name, value]) => new PyTuple([name, value]));
  }
  toStr(): string {
    const name = this.model?.idParameter;
    if (name === undefined) throw new PyError("ValueError", `an entity of type ${this.type} has no id parameter, so it cannot be printed`);
    return str(this.fields.get(name) ?? null);
  }
  /** Its declared fields as plain data, objects within as dicts: what sub-entities and repeats see. */
  dump(depth = 0): PyDict {
    if (depth > 50) throw new PyError("LimitExceeded", "the entity refers to itself");
    const dict = new PyDict();
    for (const name of this.declared) dict.set(name, plain(this.fields.get(name) ?? null, depth + 1));
    return dict;
  }
}

function plain(value: PyValue, depth: number): PyValue {
  if (value instanceof Entity) return value.dump(depth);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth));
  if (value instanceof PyTuple) return new PyTuple(value.items.map((item) => plain(item, depth)));
  if (value instanceof PySet) return value;
  if (value instanceof PyDict) return PyDict.of([...value.entries()].map(([key, item]) => [key, plain(item, depth)] as const));
  return value;
}
