import { posix } from "node:path";
import { gunzipSync } from "node:zlib";
import { messageOf } from "@epicube/core";
import type { Release } from "./release.js";
import { type Fields, fieldsOf, listOf, own, textOf } from "./shape.js";
import { isDataKey, readSource } from "./sources.js";
import type { Report } from "./workload.js";

/** One file as the container would see it, relative to its folder, `/` between parts. */
export interface MountedFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Folders of the container that have a counterpart for a process. */
const ROOTS = [
  { mountPath: "/epics/ioc/config", folder: "config" },
  { mountPath: "/epics/generated", folder: "runtime" },
  { mountPath: "/epics/runtime", folder: "runtime" },
] as const;

/** A ConfigMap holds 1 MiB; a database gzipped into one stays far below this. */
const MAX_UNZIPPED_BYTES = 64 * 1024 * 1024;

/** Reads which files of ConfigMaps and Secrets the container sees in its config and runtime folders. */
export function parseMounts(
  release: Release,
  workload: string,
  podSpec: Fields,
  container: Fields,
  report: Report,
): { config: MountedFile[]; runtime: MountedFile[]; reads: string[] } {
  const found = { config: new Map<string, Uint8Array>(), runtime: new Map<string, Uint8Array>() };
  const reads: string[] = [];
  const volumes = new Map<string, Fields>();
  for (const item of listOf(own(podSpec, "volumes"))) {
    const volume = fieldsOf(item);
    const name = textOf(own(volume, "name"));
    if (volume && name !== undefined) volumes.set(name, volume);
  }
  for (const [index, item] of listOf(own(container, "volumeMounts")).entries()) {
    const mount = fieldsOf(item);
    const where = `${workload} spec.template.spec.containers[0].volumeMounts[${index}]`;
    const volume = volumes.get(textOf(own(mount, "name")) ?? "");
    const mountPath = textOf(own(mount, "mountPath"));
    const source = volume ? volumeSource(volume) : undefined;
    if (mountPath === undefined || !source) continue;
    reads.push(`${source.kind}/${source.name}`);
    const place = placeOf(mountPath);
    if (!place) {
      report("MOUNT_IGNORED", "warning", where, `${source.kind}/${source.name} at ${mountPath} has no counterpart for a process`);
      continue;
    }
    const data = readSource(release, source.kind, source.name, source.optional, where, report);
    if (!data) continue;
    const files = pickItems(data, source.items, `${workload} volume ${textOf(own(volume, "name"))}`, report);
    const subPath = textOf(own(mount, "subPath")) ?? "";
    for (const [path, bytes] of files) {
      const inside = belowSubPath(path, subPath);
      if (inside === undefined) continue;
      const target = posix.join(place.prefix, inside);
      const file = place.unzip ? unzip(target, bytes, where, report) : { path: target, content: bytes };
      if (!isSafePath(file.path)) report("MOUNT_INVALID", "error", where, `${JSON.stringify(file.path)} leads out of its folder`);
      else found[place.folder].set(file.path, file.content);
    }
  }
  const toList = (files: Map<string, Uint8Array>) => [...files].map(([path, content]) => ({ path, content }));
  return { config: toList(found.config), runtime: toList(found.runtime), reads };
}

interface Source {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly optional: boolean;
  readonly items: readonly unknown[] | undefined;
}

function volumeSource(volume: Fields): Source | undefined {
  const configMap = fieldsOf(own(volume, "configMap"));
  const secret = fieldsOf(own(volume, "secret"));
  const fields = configMap ?? secret;
  const name = textOf(own(configMap, "name")) ?? textOf(own(secret, "secretName"));
  if (!fields || name === undefined) return undefined;
  const items = own(fields, "items");
  return {
    kind: configMap ? "ConfigMap" : "Secret",
    name,
    optional: own(fields, "optional") === true,
    items: Array.isArray(items) ? items : undefined,
  };
}

function placeOf(mountPath: string): { folder: "config" | "runtime"; prefix: string; unzip: boolean } | undefined {
  const path = posix.normalize(mountPath).replace(/\/$/, "");
  for (const root of ROOTS) {
    if (path !== root.mountPath && !path.startsWith(`${root.mountPath}/`)) continue;
    return { folder: root.folder, prefix: path.slice(root.mountPath.length + 1), unzip: root.mountPath === "/epics/generated" };
  }
  return undefined;
}

/** `items` of a volume choose keys and give them paths; without it each key is a file. */
function pickItems(data: Map<string, Uint8Array>, items: readonly unknown[] | undefined, where: string, report: Report) {
  if (!items) return data;
  const picked = new Map<string, Uint8Array>();
  for (const [index, item] of items.entries()) {
    const key = textOf(own(fieldsOf(item), "key")) ?? "";
    const path = textOf(own(fieldsOf(item), "path")) ?? "";
    const bytes = data.get(key);
    if (!isSafePath(path)) report("MOUNT_INVALID", "error", `${where} items[${index}]`, `${JSON.stringify(path)} leads out of its folder`);
    else if (!bytes) report("SOURCE_MISSING", "error", `${where} items[${index}]`, `there is no key ${JSON.stringify(key)}`);
    else picked.set(path, bytes);
  }
  return picked;
}

/** With a subPath the mount shows that file itself, or what is below that folder. */
function belowSubPath(path: string, subPath: string): string | undefined {
  if (subPath === "") return path;
  if (path === subPath) return "";
  return path.startsWith(`${subPath}/`) ? path.slice(subPath.length + 1) : undefined;
}

/** Relative, and each part a name that a ConfigMap could hold: no empty part, no `.` or `..`. */
export function isSafePath(path: string): boolean {
  return path.split("/").every((part) => isDataKey(part));
}

/** What start.sh does in a container: `NAME.gz` of /epics/generated becomes NAME. */
function unzip(path: string, bytes: Uint8Array, where: string, report: Report): MountedFile {
  if (!path.endsWith(".gz")) return { path, content: bytes };
  try {
    return { path: path.slice(0, -3), content: gunzipSync(bytes, { maxOutputLength: MAX_UNZIPPED_BYTES }) };
  } catch (error) {
    report("DATA_INVALID", "error", where, `${path} cannot be gunzipped (${messageOf(error)}; at most 64 MiB)`);
    return { path, content: new Uint8Array() };
  }
}
