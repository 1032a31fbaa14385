import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isAbsolute } from "node:path";
import { isEpicubeError } from "@epicube/core";
import { collectBytes, folderNode, locate, type TreeNode } from "@epicube/oci";
import type { LayerSpec } from "../schemas.js";
import { readZipContent } from "../zip/content.js";
import { type ReadAt, readZipDirectory } from "../zip/directory.js";
import type { FileStamp, PlannedEntry } from "./entry.js";
import { type HashCache, stampOf, treeChanged } from "./hash-cache.js";
import { findInside } from "./inside.js";
import { createSourceRules } from "./rules.js";
import type { ScanOptions } from "./scan.js";

/** An archive that stays open for a few reads; it must be the file that was listed. */
export function openListedFile(file: string, stamp: FileStamp): { readonly read: ReadAt; close(): void } {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const now = stampOf(fstatSync(descriptor, { bigint: true }));
  if (now.inode !== stamp.inode || now.sizeBytes !== stamp.sizeBytes || now.ctimeNs !== stamp.ctimeNs) {
    closeSync(descriptor);
    throw treeChanged(file);
  }
  return {
    read(offset, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, stamp.sizeBytes - offset)));
      let got = 0;
      while (got < buffer.length) {
        const count = readSync(descriptor, buffer, got, buffer.length - got, offset + got);
        if (count === 0) break;
        got += count;
      }
      return buffer.subarray(0, got);
    },
    close: () => closeSync(descriptor),
  };
}

/** Where a wheel's entry goes: `NAME.data/purelib` and `platlib` are the root too. Undefined for what only an installer can place. */
function wheelPath(path: string): string | undefined {
  const [top = "", kind, ...rest] = path.split("/");
  if (!top.endsWith(".data")) return path;
  if (kind === undefined || rest.length === 0) return "";
  return kind === "purelib" || kind === "platlib" ? rest.join("/") : undefined;
}

/**
 * Lists a zip archive or wheel as entries of the image, rules applied. The archive must have the checksum that images.yaml states; what
 * it holds is checked as that of a stranger all the same.
 */
export async function scanArchive(spec: LayerSpec, options: ScanOptions & { readonly files: HashCache }): Promise<PlannedEntry[]> {
  const { folder, range, report, files } = options;
  const problem = (code: string, message: string, help?: string) =>
    report({ code, severity: "error", message, range, ...(help === undefined ? {} : { help }) });
  const written = spec.zip!;
  const found = findInside(folder, written, "archive");
  if ("code" in found) {
    problem(`ARCHIVE_${found.code}`, found.message, found.help);
    return [];
  }
  if (!found.stats.isFile()) {
    problem("ARCHIVE_MISSING", `the archive ${JSON.stringify(written)} is no file`);
    return [];
  }
  const descriptor = openSync(found.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const stamp = stampOf(fstatSync(descriptor, { bigint: true }));
  closeSync(descriptor);
  const digest = files.digestOf(found.path, stamp);
  if (digest !== `sha256:${spec.sha256}`) {
    problem(
      "ARCHIVE_CHECKSUM",
      `${JSON.stringify(written)} has the checksum ${digest.slice(7)}, not the one stated`,
      "get the right file, or correct sha256 if this one is meant",
    );
    return [];
  }
  const archive = openListedFile(found.path, stamp);
  const rules = createSourceRules(spec);
  const isWheel = written.endsWith(".whl");
  const entries: PlannedEntry[] = [];
  const links: { path: string; target: string }[] = [];
  const tree = folderNode(0);
  try {
    for (const entry of readZipDirectory(archive.read, stamp.sizeBytes)) {
      const path = isWheel ? wheelPath(entry.path) : entry.path;
      if (path === undefined) {
        if (!rules.isExcluded(entry.path))
          problem(
            "ARCHIVE_WHEEL",
            `${JSON.stringify(`${written}/${entry.path}`)} needs an installer`,
            "exclude it, or unpack the wheel into a tree first",
          );
        continue;
      }
      if (path === "" || rules.isExcluded(path)) continue;
      if (path.split("/").some((part) => part.startsWith(".wh."))) {
        problem(
          "TREE_NAME",
          `${JSON.stringify(`${written}/${path}`)}: a name that begins with .wh. means a deletion in a layer`,
          "exclude it",
        );
        continue;
      }
      const node = nodeAt(tree, path, entry.type === "directory");
      const included = rules.isIncluded(path);
      const base = { path: rules.place(path), range };
      if (entry.type === "directory") {
        if (included) entries.push({ ...base, type: "directory", ...rules.attributes(path, 0o755) });
      } else if (entry.type === "symlink") {
        const target = Buffer.from(await collectBytes(readZipContent(archive.read, entry), 4096)).toString("utf8");
        node.type = "symlink";
        node.linkTarget = target;
        if (!included) continue;
        links.push({ path, target });
        entries.push({ ...base, type: "symlink", ...rules.attributes(path, 0o777), mode: 0o777, linkTarget: target });
      } else if (included)
        entries.push({
          ...base,
          type: "file",
          ...rules.attributes(path, entry.executable ? 0o755 : 0o644),
          content: { kind: "zip", file: found.path, stamp, digest, entry },
        });
    }
  } catch (error) {
    if (!isEpicubeError(error) || error.code === "TREE_CHANGED") throw error;
    problem("ARCHIVE_FORMAT", `${JSON.stringify(written)}: ${error.message}`);
    return [];
  } finally {
    archive.close();
  }
  for (const { path, target } of links) {
    try {
      if (target === "" || isAbsolute(target)) throw new Error("absolute");
      locate(tree, path.split("/").slice(0, -1), target, { follow: true, climb: "refuse" });
    } catch {
      problem(
        "TREE_LINK_OUTSIDE",
        `${JSON.stringify(`${written}/${path}`)} links to ${JSON.stringify(target)}, out of the archive or in a circle`,
        "exclude it",
      );
    }
  }
  return entries;
}

/** Enters a path into the tree that links are resolved in. */
function nodeAt(root: TreeNode, path: string, isFolder: boolean): TreeNode {
  let node = root;
  const parts = path.split("/");
  for (const [depth, part] of parts.entries()) {
    node.children ??= new Map();
    let child = node.children.get(part);
    if (!child) {
      child = depth < parts.length - 1 || isFolder ? folderNode(0) : { type: "file", layer: 0, mode: 0, mtimeSeconds: 0 };
      node.children.set(part, child);
    }
    node = child;
  }
  return node;
}
