import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Diagnostic, SourceRange } from "@epicube/core";
import { folderNode, locate, type TreeNode } from "@epicube/oci";
import type { LayerSpec } from "../schemas.js";
import type { PlannedEntry } from "./entry.js";
import { stampOf } from "./hash-cache.js";
import { findInside } from "./inside.js";
import { createSourceRules } from "./rules.js";

/** What {@link scanTree} needs. */
export interface ScanOptions {
  /** Absolute folder that the tree must lie in. */
  readonly folder: string;
  /** Place of the tree's name in images.yaml. */
  readonly range: SourceRange;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly signal?: AbortSignal;
}

/** Gives way to other work after this many entries: stat calls are made synchronously, which is several times faster. */
const TURN = 2000;

/** The tree's absolute folder, or undefined with a diagnostic: it must be a folder inside `folder`, also when links are resolved. */
function treeFolder(spec: LayerSpec, options: ScanOptions): string | undefined {
  const { folder, range, report } = options;
  const found = findInside(folder, spec.tree!, "tree");
  if ("code" in found) report({ code: `TREE_${found.code}`, severity: "error", message: found.message, range, help: found.help });
  else if (!found.stats.isDirectory())
    report({ code: "TREE_MISSING", severity: "error", message: `the tree ${JSON.stringify(spec.tree)} is no folder`, range });
  else return found.path;
  return undefined;
}

/**
 * Lists a layer's tree as entries of the image, rules applied. Links are never followed; one that leads out of the tree, a socket, a
 * device or a name that no layer can hold is a diagnostic.
 */
export async function scanTree(spec: LayerSpec, options: ScanOptions): Promise<PlannedEntry[]> {
  const { range, report, signal } = options;
  const root = treeFolder(spec, options);
  if (root === undefined) return [];
  const { isIncluded: included, isExcluded: excluded, attributes, place } = createSourceRules(spec);
  const entries: PlannedEntry[] = [];
  const links: { path: string; target: string }[] = [];
  const known = folderNode(0);
  let visited = 0;
  const problem = (code: string, message: string, help?: string) =>
    report({ code, severity: "error", message, range, ...(help === undefined ? {} : { help }) });

  const visit = async (folder: string, at: string, node: TreeNode): Promise<void> => {
    for (const dirent of readdirSync(folder, { withFileTypes: true })) {
      const name = dirent.name;
      const path = at === "" ? name : `${at}/${name}`;
      if (excluded(path)) continue;
      if (++visited % TURN === 0) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      }
      const file = join(folder, name);
      const shown = JSON.stringify(`${spec.tree}/${path}`);
      if (name.startsWith(".wh.")) {
        problem("TREE_NAME", `${shown}: a name that begins with .wh. means a deletion in a layer`, "rename or exclude it");
        continue;
      }
      if (name.includes("\ufffd")) {
        problem("TREE_NAME", `${shown}: the name is not UTF-8`, "rename or exclude it");
        continue;
      }
      const imagePath = place(path);
      const child: TreeNode = { type: "file", layer: 0, mode: 0, mtimeSeconds: 0 };
      node.children!.set(name, child);
      if (dirent.isDirectory()) {
        child.type = "directory";
        child.children = new Map();
        const mark = entries.length;
        await visit(file, path, child);
        // A folder is there when it was asked for, or holds something that was.
        if (included(path) || entries.length > mark)
          entries.push({ path: imagePath, type: "directory", ...attributes(path, 0o755), range });
        continue;
      }
      if (dirent.isSymbolicLink()) {
        child.type = "symlink";
        child.linkTarget = readlinkSync(file);
        if (!included(path)) continue;
        links.push({ path, target: child.linkTarget });
        const { uid, gid } = attributes(path, 0o777);
        entries.push({ path: imagePath, type: "symlink", mode: 0o777, uid, gid, linkTarget: child.linkTarget, range });
        continue;
      }
      if (!included(path)) continue;
      if (!dirent.isFile()) {
        problem("TREE_TYPE", `${shown} is a socket, device or pipe, which a layer cannot hold`, "exclude it");
        continue;
      }
      const stats = lstatSync(file, { bigint: true });
      const executable = (Number(stats.mode) & 0o111) !== 0;
      entries.push({
        path: imagePath,
        type: "file",
        ...attributes(path, executable ? 0o755 : 0o644),
        content: { kind: "file", file, stamp: stampOf(stats) },
        range,
      });
    }
  };
  await visit(root, "", known);
  for (const { path, target } of links) {
    const help = `exclude it, or declare it under files: { path: ${spec.to === "/" ? "" : spec.to}/${path}, link: … }`;
    if (isAbsolute(target)) {
      problem("TREE_LINK_OUTSIDE", `${JSON.stringify(`${spec.tree}/${path}`)} links to ${JSON.stringify(target)}, out of the tree`, help);
      continue;
    }
    try {
      locate(known, path.split("/").slice(0, -1), target, { follow: true, climb: "refuse" });
    } catch {
      problem(
        "TREE_LINK_OUTSIDE",
        `${JSON.stringify(`${spec.tree}/${path}`)} links to ${JSON.stringify(target)}, out of the tree or in a circle`,
        help,
      );
    }
  }
  return entries;
}
