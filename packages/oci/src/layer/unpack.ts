import { randomUUID } from "node:crypto";
import { constants, type PathLike } from "node:fs";
import { chmod, lchown, link, lutimes, mkdir, open, readdir, rename, rm, symlink, utimes } from "node:fs/promises";
import { basename, dirname, join, posix, resolve } from "node:path";
import { EpicubeError } from "@epicube/core";
import { diskError } from "../layout/files.js";
import type { ByteSource, TarReadEntry } from "../tar/entry.js";
import { type ReadTarOptions, readTar } from "../tar/read.js";
import { folderNode, locate, type TreeNode } from "./file-tree.js";

/** How {@link unpackLayers} unpacks. */
export interface UnpackOptions {
  /**
   * `inside` (default): an absolute target is taken from the image's root and written as a relative link; a link that leads out of the
   * folder is LAYER_LINK_ESCAPE. `verbatim`: targets stay as they are, for a folder that becomes the root of a container.
   */
  readonly links?: "inside" | "verbatim";
  /** `mine` (default): everything belongs to the caller, setuid and setgid bits are dropped. `keep`: as in the layers, which needs root. */
  readonly owner?: "mine" | "keep";
  /** Most entries of all layers together. Default 500,000. */
  readonly maxEntries?: number;
  /** Most bytes of all layers together. Default 32 GiB. */
  readonly maxTotalBytes?: number;
  readonly signal?: AbortSignal;
}

/** A layer to unpack: opens its uncompressed tar. */
export type LayerSource = () => ByteSource;

interface Unpacking {
  readonly root: TreeNode;
  readonly folder: string;
  readonly links: "inside" | "verbatim";
  readonly owner: "mine" | "keep";
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/**
 * Unpacks layers, base first, into a folder that is empty or not there yet; it appears whole or not at all. No path, link or hard link
 * of a layer is ever followed out of it: where a name leads is worked out from what the layers hold, never from the disk. Whiteouts
 * delete. Device nodes and pipes are refused. Extended attributes are not set.
 *
 * @throws EpicubeError UNPACK_FOLDER, LAYER_LINK_ESCAPE, LAYER_LINK_LOOP, LAYER_DEVICE, LAYER_PATH, LAYER_HARDLINK, and those of readTar
 * @see OCI image-spec, layer.md
 */
export async function unpackLayers(layers: Iterable<LayerSource>, folder: string, options: UnpackOptions = {}): Promise<void> {
  const { links = "inside", owner = "mine", maxEntries = 500_000, maxTotalBytes = 32 * 2 ** 30, signal } = options;
  const final = resolve(folder);
  const there = await readdir(final).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new EpicubeError("UNPACK_FOLDER", `${folder} is no folder: ${error.message}`, { cause: error });
  });
  if (there.length > 0)
    throw new EpicubeError("UNPACK_FOLDER", `${folder} is not empty`, { help: "unpack into a new folder, or remove this one first" });
  const partial = join(dirname(final), `.${basename(final)}.${randomUUID()}.partial`);
  try {
    await mkdir(dirname(final), { recursive: true });
    await mkdir(partial);
    const unpacking: Unpacking = { root: folderNode(0), folder: partial, links, owner };
    let entries = 0;
    let bytes = 0;
    let index = 0;
    for (const layer of layers) {
      const bounds: ReadTarOptions = {
        maxEntries: maxEntries - entries,
        maxTotalBytes: maxTotalBytes - bytes,
        ...(signal ? { signal } : {}),
      };
      for await (const entry of readTar(layer(), bounds)) {
        entries++;
        bytes += entry.sizeBytes;
        await unpackEntry(unpacking, entry, index);
      }
      index++;
    }
    if (links === "inside") checkLinks(unpacking.root);
    await finishFolders(unpacking.root, partial);
    await rename(partial, final);
  } catch (error) {
    await removeTree(partial);
    throw diskError(error, folder);
  }
}

async function unpackEntry(to: Unpacking, entry: TarReadEntry, layer: number): Promise<void> {
  if (entry.path === ".") {
    to.root.mode = entry.mode;
    to.root.mtimeSeconds = entry.mtimeSeconds;
    return;
  }
  const name = basename(entry.path);
  const parent = await ensureFolder(to, dirname(entry.path), layer);
  if (name === OPAQUE) {
    await removeLower(to, parent.node, parent.names, layer);
    return;
  }
  if (name.startsWith(".wh..wh.")) return;
  if (name.startsWith(WHITEOUT)) {
    const victim = name.slice(WHITEOUT.length);
    if (victim === "" || victim === "." || victim === "..")
      throw new EpicubeError("LAYER_PATH", `the whiteout ${JSON.stringify(entry.path)} names nothing that can be deleted`);
    const node = parent.node.children!.get(victim);
    if (node && node.layer < layer) await remove(to, parent.node, [...parent.names, victim]);
    return;
  }
  const names = [...parent.names, name];
  const file = join(to.folder, ...names);
  const existing = parent.node.children!.get(name);
  if (existing && !(existing.type === "directory" && entry.type === "directory")) await remove(to, parent.node, names);
  const mode = to.owner === "keep" ? entry.mode : entry.mode & 0o1777;
  const node: TreeNode = { type: entry.type, layer, mode, mtimeSeconds: entry.mtimeSeconds };
  switch (entry.type) {
    case "directory":
      if (existing?.type === "directory") {
        Object.assign(existing, { mode, layer, mtimeSeconds: entry.mtimeSeconds });
      } else {
        await mkdir(file, 0o700);
        node.children = new Map();
        parent.node.children!.set(name, node);
      }
      break;
    case "file":
      await writeFileEntry(file, entry, mode);
      parent.node.children!.set(name, node);
      break;
    case "symlink":
      node.linkTarget = linkTargetFor(to, parent.names, entry.linkTarget!);
      await symlink(node.linkTarget, file);
      await lutimes(file, entry.mtimeSeconds, entry.mtimeSeconds);
      parent.node.children!.set(name, node);
      break;
    case "hardlink": {
      const target = locate(to.root, [], entry.linkTarget!, { follow: false, climb: "refuse" });
      if (target.node?.type === "symlink") {
        node.type = "symlink";
        node.linkTarget = linkTargetFor(to, parent.names, target.node.linkTarget!);
        await symlink(node.linkTarget, file);
      } else if (target.node?.type === "file") {
        node.type = "file";
        node.mode = target.node.mode;
        await link(join(to.folder, ...target.names), file);
      } else
        throw new EpicubeError(
          "LAYER_HARDLINK",
          `the hard link ${JSON.stringify(entry.path)} points to ${JSON.stringify(entry.linkTarget)}, which is no file of the image`,
        );
      parent.node.children!.set(name, node);
      return;
    }
    default:
      throw new EpicubeError("LAYER_DEVICE", `${JSON.stringify(entry.path)} is a ${entry.type.replace("-", " ")}: refused`);
  }
  if (to.owner === "keep") {
    await lchown(file, entry.uid, entry.gid);
    // chown clears setuid and setgid.
    if (entry.type === "file") await chmod(file, mode);
  }
}

async function writeFileEntry(file: PathLike, entry: TarReadEntry, mode: number): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of entry.content) for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    await handle.chmod(mode);
    await handle.utimes(entry.mtimeSeconds, entry.mtimeSeconds);
  } finally {
    await handle.close();
  }
}

/** The folder that a path's parent leads to, made where it is missing. */
async function ensureFolder(to: Unpacking, path: string, layer: number): Promise<{ node: TreeNode; names: string[] }> {
  const { names } = locate(to.root, [], path, { follow: true, climb: "clamp" });
  let node = to.root;
  for (const [depth, name] of names.entries()) {
    let child = node.children!.get(name);
    if (!child) {
      child = folderNode(layer);
      await mkdir(join(to.folder, ...names.slice(0, depth + 1)), 0o700);
      node.children!.set(name, child);
    }
    if (child.type !== "directory")
      throw new EpicubeError(
        "LAYER_PATH",
        `${JSON.stringify(path)} goes through ${JSON.stringify(names.slice(0, depth + 1).join("/"))}, which is no folder`,
      );
    node = child;
  }
  return { node, names };
}

function linkTargetFor(to: Unpacking, parent: readonly string[], target: string): string {
  if (to.links === "verbatim" || !target.startsWith("/")) return target;
  const relative = posix.relative(`/${parent.join("/")}`, posix.normalize(target));
  return relative === "" ? "." : relative;
}

async function remove(to: Unpacking, parent: TreeNode, names: readonly string[]): Promise<void> {
  parent.children!.delete(names.at(-1)!);
  await removeTree(join(to.folder, ...names));
}

/** Deletes what layers below wrote, and keeps what this one did, wherever in its archive the mark stands. */
async function removeLower(to: Unpacking, node: TreeNode, names: readonly string[], layer: number): Promise<void> {
  for (const [name, child] of [...(node.children ?? [])]) {
    if (!holdsLayer(child, layer)) await remove(to, node, [...names, name]);
    else if (child.children) await removeLower(to, child, [...names, name], layer);
  }
}

function holdsLayer(node: TreeNode, layer: number): boolean {
  if (node.layer >= layer) return true;
  for (const child of node.children?.values() ?? []) if (holdsLayer(child, layer)) return true;
  return false;
}

/** Our own folders are all readable until the end, so that this never meets one it cannot enter. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Every link must stay inside, now that it is known what each leads through. */
function checkLinks(root: TreeNode): void {
  const visit = (node: TreeNode, names: readonly string[]) => {
    for (const [name, child] of node.children ?? []) {
      if (child.type === "symlink") locateLink(root, names, name, child.linkTarget!);
      else if (child.children) visit(child, [...names, name]);
    }
  };
  visit(root, []);
}

function locateLink(root: TreeNode, names: readonly string[], name: string, target: string): void {
  try {
    locate(root, names, target, { follow: true, climb: "refuse" });
  } catch (error) {
    // A loop leads nowhere, which is harmless.
    if ((error as EpicubeError).code === "LAYER_LINK_LOOP") return;
    throw new EpicubeError(
      "LAYER_LINK_ESCAPE",
      `the link ${JSON.stringify([...names, name].join("/"))} -> ${JSON.stringify(target)} leads out of the image`,
      { cause: error },
    );
  }
}

/** Folders get their bits and times last: one that is read-only could not have been filled. */
async function finishFolders(node: TreeNode, path: string): Promise<void> {
  for (const [name, child] of node.children ?? []) if (child.children) await finishFolders(child, join(path, name));
  await utimes(path, node.mtimeSeconds, node.mtimeSeconds);
  await chmod(path, node.mode);
}
