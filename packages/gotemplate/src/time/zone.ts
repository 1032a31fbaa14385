/** A time zone: one of the IANA database, or a fixed offset. */
export type Zone =
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "fixed"; readonly name: string; readonly offset: number };

export const UTC: Zone = { kind: "fixed", name: "UTC", offset: 0 };

/** English locales, which between them know the abbreviations that zone tables use. */
const LOCALES = ["en-US", "en-GB", "en-AU", "en-CA", "en-IN", "en-ZA", "en-NZ"];

/** Abbreviations that no English locale writes out. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  "Asia/Tokyo": "JST",
  "Asia/Seoul": "KST",
  "Asia/Shanghai": "CST",
  "Asia/Taipei": "CST",
  "Asia/Hong_Kong": "HKT",
};
const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, locale: string, style: "short" | "longOffset"): Intl.DateTimeFormat {
  const key = `${name} ${locale} ${style}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: style });
    formats.set(key, format);
  }
  return format;
}

function zonePart(name: string, locale: string, style: "short" | "longOffset", milliseconds: number): string {
  const parts = formatter(name, locale, style).formatToParts(milliseconds);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** The zone of an IANA name, or undefined. */
export function loadZone(name: string): Zone | undefined {
  if (name === "" || name === "UTC") return UTC;
  if (!/^[A-Z][A-Za-z0-9_+\-/]*$/.test(name)) return undefined;
  try {
    formatter(name, "en-US", "longOffset");
  } catch {
    return undefined;
  }
  return { kind: "named", name };
}

/** Abbreviation and offset (seconds east of UTC) of a zone at a time. */
export function zoneAt(zone: Zone, seconds: number): { readonly name: string; readonly offset: number } {
  if (zone.kind === "fixed") return { name: zone.name, offset: zone.offset };
  const milliseconds = Math.max(-8.64e15, Math.min(8.64e15, seconds * 1000));
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(zonePart(zone.name, "en-US", "longOffset", milliseconds));
  const offset = match?.[1] ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)) : 0;
  const known = ABBREVIATIONS[zone.name];
  if (known) return { name: known, offset };
  for (const locale of LOCALES) {
    const name = zonePart(zone.name, locale, "short", milliseconds);
    if (/^[A-Z]{2,5}$/.test(name)) return { name, offset };
  }
  const minutes = Math.abs(offset) / 60;
  const two = (value: number) => String(value).padStart(2, "0");
  const numeric = `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${minutes % 60 === 0 ? "" : two(minutes % 60)}`;
  return { name: numeric, offset };
}
