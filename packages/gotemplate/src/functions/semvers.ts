import { meets, parseConstraint } from "../semver/constraint.js";
import { compareVersions, parseVersion, type Version, versionText } from "../semver/version.js";
import { goInt, goInteger } from "../values/int.js";
import { GoStruct, type GoType, type GoValue } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";

class GoVersion extends GoStruct {
  readonly version: Version;
  constructor(version: Version) {
    const { major, minor, patch, prerelease, metadata, original } = version;
    const numbers = Object.entries({ major, minor, patch }).map(([name, value]): [string, GoValue] => [name, goInteger("uint64", value)]);
    super(VERSION_TYPE, new Map<string, GoValue>([...numbers, ["pre", prerelease], ["metadata", metadata], ["original", original]]));
    this.version = version;
  }
}

const versionOf = (value: GoValue): Version => (value as GoVersion).version;
const method = (run: (version: Version) => GoValue) => defineFunction([], ([self]) => run(versionOf(self)));

function raised(version: Version, part: "major" | "minor" | "patch"): GoVersion {
  const { major, minor, patch, prerelease } = version;
  const numbers =
    part === "major"
      ? { major: major + 1n, minor: 0n, patch: 0n }
      : part === "minor"
        ? { major, minor: minor + 1n, patch: 0n }
        : { major, minor, patch: prerelease === "" ? patch + 1n : patch };
  const next = { ...numbers, prerelease: "", metadata: "", original: "" };
  return new GoVersion({ ...next, original: (version.original.startsWith("v") ? "v" : "") + versionText(next) });
}

const VERSION_TYPE: GoType = {
  name: "*semver.Version",
  text: (self: GoVersion) => versionText(self.version),
  json: (self: GoVersion) => versionText(self.version),
  methods: {
    Major: method((version) => goInteger("uint64", version.major)),
    Minor: method((version) => goInteger("uint64", version.minor)),
    Patch: method((version) => goInteger("uint64", version.patch)),
    Prerelease: method((version) => version.prerelease),
    Metadata: method((version) => version.metadata),
    Original: method((version) => version.original),
    String: method(versionText),
    IncMajor: method((version) => raised(version, "major")),
    IncMinor: method((version) => raised(version, "minor")),
    IncPatch: method((version) => raised(version, "patch")),
    Compare: defineFunction(["interface {}"], ([self, other]) => goInt(compareVersions(versionOf(self), versionOf(other)))),
    Equal: defineFunction(["interface {}"], ([self, other]) => compareVersions(versionOf(self), versionOf(other)) === 0),
    LessThan: defineFunction(["interface {}"], ([self, other]) => compareVersions(versionOf(self), versionOf(other)) < 0),
    GreaterThan: defineFunction(["interface {}"], ([self, other]) => compareVersions(versionOf(self), versionOf(other)) > 0),
  },
};

/** `semver` and `semverCompare`, by the rules of Masterminds' module. */
export const semverFunctions: FunctionTable = {
  semver: defineFunction(["string"], ([text]) => new GoVersion(parseVersion(text as string))),
  semverCompare: defineFunction(["string", "string"], ([constraint, text]) => {
    const conditions = parseConstraint(constraint as string);
    return meets(parseVersion(text as string), conditions);
  }),
};
