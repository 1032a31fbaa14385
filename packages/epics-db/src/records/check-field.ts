import { type Diagnostic, nearest } from "@epicube/core";
import { type FieldDefinition, fieldsOf, recordTypes } from "../types/record-types.js";
import { MENU_TABLE } from "../types/table.js";

const WHOLE = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|\d+)\s*$/;
const FLOATING = /^\s*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+|inf(?:inity)?|nan)\s*$/i;

type Finding = Omit<Diagnostic, "range" | "labels">;

function meant(word: string, candidates: Iterable<string>): { help?: string } {
  const near = nearest(word, candidates, 3);
  return near.length === 0 ? {} : { help: `did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?` };
}

/** A record type that base does not have may still be one of the image: a warning. */
export function checkRecordType(type: string): Finding | undefined {
  if (fieldsOf(type) || /\$[({]/.test(type)) return undefined;
  const near = meant(type, recordTypes());
  return {
    code: "RECORD_TYPE_UNKNOWN",
    severity: "warning",
    message: `record type ${type} is not part of EPICS base; its fields are not checked`,
    help: near.help ?? "the IOC's image must bring it in with a support module",
  };
}

/** What is wrong with setting this field in a database, if anything. */
export function checkFieldName(type: string, name: string, definitions: ReadonlyMap<string, FieldDefinition>): Finding | undefined {
  const definition = definitions.get(name);
  if (!definition)
    return {
      code: "FIELD_UNKNOWN",
      severity: "error",
      message: `record type ${type} has no field ${name}`,
      ...meant(name, definitions.keys()),
    };
  if (definition.type === "NOACCESS" || name === "NAME")
    return { code: "FIELD_NOT_SETTABLE", severity: "error", message: `field ${name} of ${type} cannot be set in a database` };
  return undefined;
}

function wrong(name: string, value: string, reason: string, more: { help?: string } = {}): Finding {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return { code: "FIELD_VALUE", severity: "error", message: `field ${name} cannot be ${JSON.stringify(shown)}: ${reason}`, ...more };
}

/** Whether the IOC would refuse this value when it loads the file. Device support and links are not judged: they depend on the IOC. */
export function checkFieldValue(definition: FieldDefinition, value: string): Finding | undefined {
  const { name, type } = definition;
  if (/\$[({]/.test(value)) return undefined;
  switch (type) {
    case "STRING": {
      const most = (definition.size ?? 0) - 1;
      const bytes = value.length > most / 3 ? new TextEncoder().encode(value).length : value.length;
      return most > 0 && bytes > most ? wrong(name, value, `it has ${bytes} characters, ${most} fit`) : undefined;
    }
    case "MENU": {
      const choices = MENU_TABLE[definition.menu ?? ""] ?? [];
      if (value === "" || choices.length === 0 || choices.includes(value)) return undefined;
      if (/^\d+$/.test(value) && (Number(value) < choices.length || value === definition.initial)) return undefined;
      const near = meant(value, choices);
      return wrong(name, value, "no such choice", near.help ? near : { help: `one of: ${choices.join(", ")}` });
    }
    case "DOUBLE":
    case "FLOAT":
      return value === "" || FLOATING.test(value) ? undefined : wrong(name, value, "it is no number");
    case "DEVICE":
    case "INLINK":
    case "OUTLINK":
    case "FWDLINK":
    case "NOACCESS":
      return undefined;
    default:
      return value === "" || WHOLE.test(value) ? undefined : wrong(name, value, "it is no whole number");
  }
}
