import type { FieldChange } from "./plan-data.js";

/** The fields in which two JSON values differ, as JSON pointers, in the order of their names. */
export function diffFields(from: unknown, to: unknown, path = ""): FieldChange[] {
  if (Object.is(from, to)) return [];
  const before = children(from);
  const after = children(to);
  if (!before || !after || Array.isArray(from) !== Array.isArray(to)) {
    return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  }
  const names = [...new Set([...before.keys(), ...after.keys()])];
  if (!Array.isArray(from)) names.sort();
  return names.flatMap((name) =>
    diffFields(before.get(name), after.get(name), `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}

function children(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}
