import { SEVERITY } from "../../process/alarms.js";
import { constantValue } from "../../process/links.js";
import { numberOf, type SimRecord } from "../record.js";

/** What a record with INVALID severity does with its output (IVOA). */
const KEEP = 1;
const REPLACE = 2;
const CLOSED_LOOP = 1;

/** True when the record takes its value from DOL on processing. */
export function isClosedLoop(record: SimRecord): boolean {
  const link = record.links.get("DOL");
  return numberOf(record, "OMSL") === CLOSED_LOOP && (link?.kind === "record" || link?.kind === "unsupported");
}

/** Takes the value of a constant link into a field at the start; true when there was one. */
export function takeConstant(record: SimRecord, link: string, field: string, as: "number" | "text"): boolean {
  const value = constantValue(record.links.get(link), as);
  if (value === undefined) return false;
  record.values[field] = value;
  return true;
}

/** Writes the output, unless the record is INVALID and IVOA says otherwise. `replace` puts IVOV into effect. */
export function writeOutput(record: SimRecord, write: () => void, replace: () => void): void {
  if (numberOf(record, "NSEV") < SEVERITY.INVALID) {
    write();
    return;
  }
  const choice = numberOf(record, "IVOA");
  if (choice === KEEP) return;
  if (choice === REPLACE) replace();
  write();
}
