/** A part of a Go time layout: text, or the reference time's piece that stands for a field. */
export type LayoutPart = { readonly literal: string } | { readonly field: string };

const FIELD =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2006|_2|__2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/g;

/** Splits a layout into texts and fields. */
export function parseLayout(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const match of layout.matchAll(FIELD)) {
    let literal = layout.slice(at, match.index);
    let field = match[0];
    at = match.index + field.length;
    if (field === "_2006") {
      literal += "_";
      field = "2006";
    }
    if (literal !== "") parts.push({ literal });
    parts.push({ field });
  }
  if (at < layout.length) parts.push({ literal: layout.slice(at) });
  return parts;
}

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
