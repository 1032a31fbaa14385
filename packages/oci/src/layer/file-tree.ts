import { EpicubeError } from "@epicube/core";
import type { TarEntryType } from "../tar/entry.js";

/** One file, folder or link of an unpacked image, as it is known without asking the disk. */
export interface TreeNode {
  type: TarEntryType;
  /** Layer that wrote it, from 0. */
  layer: number;
  mode: number;
  mtimeSeconds: number;
  linkTarget?: string;
  /** Of folders. */
  children?: Map<string, TreeNode>;
}

/** Where a path leads. */
export interface Located {
  /** The real path: no link in it but possibly the last part. */
  readonly names: string[];
  /** What is there, if anything. */
  readonly node: TreeNode | undefined;
}

/** As the kernel's own limit. */
const MAX_LINKS = 40;

/** Makes a folder node. */
export function folderNode(layer: number, mode = 0o755, mtimeSeconds = 0): TreeNode {
  return { type: "directory", layer, mode, mtimeSeconds, children: new Map() };
}

/** How {@link locate} walks. */
export interface LocateOptions {
  /** Follow a link in the last part too. */
  readonly follow: boolean;
  /** `..` at the root: stays there, as in a container (`clamp`), or is LAYER_LINK_ESCAPE. */
  readonly climb: "clamp" | "refuse";
}

/**
 * Walks a path from a folder, links resolved inside the root. Parts that are not there count as folders.
 *
 * @throws EpicubeError LAYER_LINK_LOOP, LAYER_LINK_ESCAPE
 */
export function locate(root: TreeNode, from: readonly string[], path: string, options: LocateOptions): Located {
  const names: string[] = [];
  const nodes: (TreeNode | undefined)[] = [root];
  const queue: string[] = [...from, ...path.split("/")].reverse();
  let links = 0;
  while (queue.length > 0) {
    const part = queue.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (names.length === 0) {
        if (options.climb === "refuse")
          throw new EpicubeError("LAYER_LINK_ESCAPE", `${JSON.stringify([...from, path].join("/").slice(0, 300))} leads out of the image`);
        continue;
      }
      names.pop();
      nodes.pop();
      continue;
    }
    const node = nodes.at(-1)?.children?.get(part);
    if (node?.type === "symlink" && (options.follow || queue.some((rest) => rest !== "" && rest !== "."))) {
      if (++links > MAX_LINKS)
        throw new EpicubeError(
          "LAYER_LINK_LOOP",
          `${JSON.stringify([...from, path].join("/").slice(0, 300))} goes through more than ${MAX_LINKS} links`,
        );
      const target = node.linkTarget ?? "";
      if (target.startsWith("/")) {
        names.length = 0;
        nodes.length = 1;
      }
      queue.push(...target.split("/").reverse());
      continue;
    }
    names.push(part);
    nodes.push(node);
  }
  return { names, node: nodes.at(-1) };
}
