import { GoError } from "../errors/template-error.js";

/** A semantic version as Masterminds' module reads it: missing parts are 0, a leading `v` is allowed. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
}

const VERSION = /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/;
const MAX_UINT64 = (1n << 64n) - 1n;

/** Reads a version. @throws GoError with the module's text */
export function parseVersion(text: string): Version {
  const match = VERSION.exec(text);
  if (!match || text.endsWith("\n")) throw new GoError("invalid semantic version");
  const part = (digits: string | undefined): bigint => {
    const clean = (digits ?? "").replace(/^\./, "");
    const value = BigInt(clean || "0");
    if (value > MAX_UINT64) {
      throw new GoError(`error parsing version segment: strconv.ParseUint: parsing ${JSON.stringify(clean)}: value out of range`);
    }
    return value;
  };
  const prerelease = match[5] ?? "";
  for (const segment of prerelease.split(".")) {
    if (/^0[0-9]+$/.test(segment)) throw new GoError("version segment starts with 0");
  }
  return {
    major: part(match[1]),
    minor: part(match[2]),
    patch: part(match[3]),
    prerelease,
    metadata: match[8] ?? "",
    original: text,
  };
}

/** The canonical text. */
export function versionText(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version;
  return `${major}.${minor}.${patch}${prerelease === "" ? "" : "-" + prerelease}${metadata === "" ? "" : "+" + metadata}`;
}

function compareSegments(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const x = /^[0-9]+$/.test(a) ? BigInt(a) : undefined;
  const y = /^[0-9]+$/.test(b) ? BigInt(b) : undefined;
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (x !== undefined) return -1;
  if (y !== undefined) return 1;
  return a < b ? -1 : 1;
}

/** Order of prereleases: none is the highest. */
export function comparePrerelease(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return 1;
  if (b === "") return -1;
  const x = a.split(".");
  const y = b.split(".");
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const order = compareSegments(x[i], y[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Order of versions; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ["major", "minor", "patch"] as const) if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  return comparePrerelease(a.prerelease, b.prerelease);
}
