import {
  compareGo,
  decodeGo,
  defineFunction,
  GoError,
  type GoMap,
  GoStruct,
  type GoValue,
  goStrings,
  type TemplateFunction,
  withType,
} from "@epicube/gotemplate";
import type { ChartFile } from "../load/chart.js";
import { compileGlob } from "../load/match.js";
import { toYaml } from "../yaml/to-yaml.js";
import type { HelmProfile } from "./profile.js";

/** Helm's text of a `--kube-version` that is no version. */
export class KubeVersionError extends Error {}

const receiver = (args: readonly GoValue[]) => args[0] as GoMap;
const bytesOf = (files: GoMap, name: string): Uint8Array => (files.get(name) as Uint8Array | undefined) ?? new Uint8Array();
const baseName = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** Flattens files to a map by base name; where two share one, the last path wins. */
function flatten(files: GoMap, convert: (bytes: Uint8Array) => string): GoMap {
  const map: GoMap = new Map();
  for (const name of [...files.keys()].sort(compareGo)) map.set(baseName(name), convert(files.get(name) as Uint8Array));
  return map;
}

const FILE_METHODS: Readonly<Record<string, TemplateFunction>> = {
  Get: defineFunction(["string"], (args) => decodeGo(bytesOf(receiver(args), args[1] as string))),
  GetBytes: defineFunction(["string"], (args) => bytesOf(receiver(args), args[1] as string)),
  Glob: defineFunction(["string"], (args) => {
    const matches = compileGlob(args[1] as string);
    return filesOf([...receiver(args)].filter(([name]) => matches(name)));
  }),
  AsConfig: defineFunction([], (args) => toYaml(flatten(receiver(args), decodeGo))),
  AsSecrets: defineFunction([], (args) => toYaml(flatten(receiver(args), (bytes) => Buffer.from(bytes).toString("base64")))),
  Lines: defineFunction(["string"], (args) => {
    const files = receiver(args);
    const name = args[1] as string;
    if (!files.has(name)) return goStrings([]);
    const text = decodeGo(bytesOf(files, name));
    if (text === "") throw new GoError("runtime error: index out of range [-1]");
    return goStrings((text.endsWith("\n") ? text.slice(0, -1) : text).split("\n"));
  }),
};

function filesOf(entries: Iterable<readonly [string, GoValue]>): GoMap {
  return withType(new Map(entries), { name: "engine.files", element: "[]uint8", methods: FILE_METHODS });
}

/** `.Files`. */
export function filesObject(files: readonly ChartFile[]): GoMap {
  return filesOf(files.map((file) => [file.path, file.bytes] as const));
}

const VERSION_SET_METHODS: Readonly<Record<string, TemplateFunction>> = {
  Has: defineFunction(["string"], (args) => (args[0] as GoValue[]).includes(args[1])),
};

/** Versions of Kubernetes as helm reads them: `1.30`, `v1.30.2-gke.1`. @throws KubeVersionError */
export function parseKubeVersion(version: string): { version: string; normalized: string; major: string; minor: string } {
  const match = /^\s*v?(\d+(?:\.\d+)*)/.exec(version);
  const parts = match ? match[1]!.split(".") : [];
  if (parts.length < 2) throw new KubeVersionError(`could not parse ${JSON.stringify(version)} as version`);
  for (const part of parts) {
    if (part.length > 1 && part.startsWith("0"))
      throw new KubeVersionError(`illegal zero-prefixed version component ${JSON.stringify(part)} in ${JSON.stringify(version)}`);
  }
  return {
    version: version.startsWith("v") ? version : `v${version}`,
    normalized: `v${parts.map((part) => String(BigInt(part))).join(".")}`,
    major: parts[0]!,
    minor: parts[1]!,
  };
}

/** `.Capabilities`, and the version that a chart's kubeVersion is checked against. @throws KubeVersionError */
export function capabilitiesObject(
  profile: HelmProfile,
  kubeVersion: string | undefined,
  more: readonly string[],
): { capabilities: GoStruct; kubeVersion: string; kubeVersionText: string } {
  const kube = parseKubeVersion(kubeVersion ?? profile.kubeVersion);
  const normalized = kube.normalized;
  const version = new GoStruct(
    {
      name: "common.KubeVersion",
      text: () => normalized,
      json: () =>
        new GoStruct(
          { name: "" },
          new Map([
            ["Version", kube.version],
            ["Major", kube.major],
            ["Minor", kube.minor],
          ]),
        ),
      methods: {
        String: defineFunction([], () => normalized),
        GitVersion: defineFunction([], () => kube.version),
      },
    },
    new Map([
      ["Version", kube.version],
      ["normalizedVersion", normalized],
      ["Major", kube.major],
      ["Minor", kube.minor],
    ]),
  );
  const apiVersions = withType([...profile.apiVersions, ...more] as GoValue[], {
    name: "common.VersionSet",
    element: "string",
    methods: VERSION_SET_METHODS,
  });
  const helm = new GoStruct(
    {
      name: "version.BuildInfo",
      json: () =>
        new GoStruct(
          { name: "" },
          new Map([
            ["version", profile.version],
            ["git_commit", profile.gitCommit],
            ["git_tree_state", "clean"],
            ["go_version", profile.goVersion],
            ["kube_client_version", profile.kubeClientVersion],
          ]),
        ),
    },
    new Map([
      ["Version", profile.version],
      ["GitCommit", profile.gitCommit],
      ["GitTreeState", "clean"],
      ["GoVersion", profile.goVersion],
      ["KubeClientVersion", profile.kubeClientVersion],
    ]),
  );
  const capabilities = new GoStruct(
    { name: "*common.Capabilities" },
    new Map<string, GoValue>([
      ["KubeVersion", version],
      ["APIVersions", apiVersions],
      ["HelmVersion", helm],
    ]),
  );
  return { capabilities, kubeVersion: normalized, kubeVersionText: kube.version };
}
