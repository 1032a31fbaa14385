import { GoError } from "../errors/template-error.js";
import { comparePrerelease, compareVersions, parseVersion, type Version } from "./version.js";

interface Condition {
  readonly operator: string;
  readonly version: Version;
  /** Which parts were left out or written as `x`. */
  readonly anyMinor: boolean;
  readonly anyPatch: boolean;
  readonly isPartial: boolean;
}

const OPERATOR = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^";
const NUMBERS =
  "v?([0-9|x|X|*]+)(\\.[0-9|x|X|*]+)?(\\.[0-9|x|X|*]+)?(-([0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*))?(\\+([0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*))?";
const ONE = new RegExp(`^\\s*(${OPERATOR})\\s*(${NUMBERS})\\s*$`);
const RANGE = new RegExp(`\\s*(${NUMBERS})\\s+-\\s+(${NUMBERS})\\s*`, "g");
const FIND = new RegExp(`(${OPERATOR})\\s*(${NUMBERS})`, "g");
const VALID = new RegExp(`^(\\s*(${OPERATOR})\\s*(${NUMBERS})\\s*)((?:\\s+|,\\s*)(${OPERATOR})\\s*(${NUMBERS})\\s*)*$`);

/** Longest constraint that is read: the pattern of a whole one is not linear. */
const MAX_LENGTH = 1000;

const isWildcard = (part: string | undefined): boolean =>
  part === undefined || part === "" || ["x", "X", "*"].includes(part.replace(/^\./, ""));

/** Reads a constraint (`>=1.2 <2 || ~3`). @throws GoError with the module's text */
export function parseConstraint(text: string): readonly (readonly Condition[])[] {
  if (text.length > MAX_LENGTH) throw new GoError(`improper constraint: longer than ${MAX_LENGTH} characters`);
  const rewritten = text.replace(RANGE, (whole, ...groups: string[]) => (whole === "" ? whole : `>= ${groups[0]}, <= ${groups[10]} `));
  return rewritten.split("||").map((alternative) => {
    if (!VALID.test(alternative)) throw new GoError(`improper constraint: ${alternative}`);
    const found = alternative.match(FIND) ?? [alternative];
    return found.map(parseCondition);
  });
}

function parseCondition(text: string): Condition {
  if (text === "") {
    return { operator: "", version: parseVersion("0.0.0"), anyMinor: false, anyPatch: false, isPartial: true };
  }
  const match = ONE.exec(text);
  if (!match) throw new GoError(`improper constraint: ${text}`);
  const [, operator = "", all = "", major = "", minor, patch, prerelease = ""] = match;
  let written = all;
  let anyMinor = false;
  let anyPatch = false;
  let isPartial = true;
  if (isWildcard(major)) written = `0.0.0${prerelease}`;
  else if (isWildcard(minor)) {
    anyMinor = true;
    written = `${major}.0.0${prerelease}`;
  } else if (isWildcard(patch)) {
    anyPatch = true;
    written = `${major}${minor}.0${prerelease}`;
  } else isPartial = false;
  let version: Version;
  try {
    version = parseVersion(written);
  } catch (error) {
    if (error instanceof GoError) throw new GoError("constraint parser error");
    throw error;
  }
  return { operator, version, anyMinor, anyPatch, isPartial };
}

/** True when a version meets one of the alternatives. */
export function meets(version: Version, alternatives: readonly (readonly Condition[])[]): boolean {
  return alternatives.some((conditions) => {
    // A prerelease meets only a group of conditions that itself names a prerelease.
    if (version.prerelease !== "" && conditions.every((condition) => condition.version.prerelease === "")) return false;
    return conditions.every((condition) => holds(version, condition));
  });
}

function holds(version: Version, condition: Condition): boolean {
  const wanted = condition.version;
  switch (condition.operator) {
    case "!=":
      return differs(version, condition);
    case ">":
      return isGreater(version, condition);
    case "<":
      return compareVersions(version, wanted) < 0;
    case ">=":
    case "=>":
      return compareVersions(version, wanted) >= 0;
    case "<=":
    case "=<":
      return isAtMost(version, condition);
    case "~":
    case "~>":
      return meetsTilde(version, condition);
    case "^":
      return meetsCaret(version, condition);
    default:
      return condition.isPartial ? meetsTilde(version, condition) : compareVersions(version, wanted) === 0;
  }
}

function differs(version: Version, condition: Condition): boolean {
  const { version: wanted, anyMinor, anyPatch, isPartial } = condition;
  if (!isPartial) return compareVersions(version, wanted) !== 0;
  if (wanted.major !== version.major) return true;
  if (anyMinor) return false;
  if (wanted.minor !== version.minor) return true;
  if (wanted.patch !== version.patch && !anyPatch) return true;
  if (anyPatch) return comparePrerelease(version.prerelease, wanted.prerelease) !== 0;
  return compareVersions(version, wanted) !== 0;
}

function isGreater(version: Version, condition: Condition): boolean {
  const { version: wanted, anyMinor, anyPatch, isPartial } = condition;
  if (!isPartial) return compareVersions(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  if (anyMinor) return false;
  if (anyPatch) return version.minor > wanted.minor;
  return compareVersions(version, wanted) > 0;
}

function isAtMost(version: Version, condition: Condition): boolean {
  const { version: wanted, anyMinor, isPartial } = condition;
  if (!isPartial) return compareVersions(version, wanted) <= 0;
  if (version.major > wanted.major) return false;
  return !(version.major === wanted.major && version.minor > wanted.minor && !anyMinor);
}

function meetsTilde(version: Version, condition: Condition): boolean {
  const { version: wanted, anyMinor, anyPatch } = condition;
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n && !anyMinor && !anyPatch) return true;
  if (version.major !== wanted.major) return false;
  return version.minor === wanted.minor || anyMinor;
}

function meetsCaret(version: Version, condition: Condition): boolean {
  const { version: wanted, anyMinor, anyPatch } = condition;
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major > 0n || anyMinor) return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || anyPatch) return version.minor === wanted.minor;
  if (version.minor > 0n) return false;
  return version.patch === wanted.patch;
}
