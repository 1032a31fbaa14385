import { resolve } from "node:path";
import { hasErrors } from "@epicube/core";
import { buildImages, loadImages, imageTree as treeOf } from "@epicube/image";
import { readInput, shownPath } from "../output/paths.js";
import { createSourceReader } from "../output/sources.js";
import { formatTable } from "../output/table.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";

/** Flags of `epicube image build`. */
export interface ImageBuildFlags extends CommonOptions {
  readonly layout: string;
  readonly only?: readonly string[];
}

/** `epicube image build`: builds what is stale of a family. */
export async function imageBuild(args: readonly string[], flags: ImageBuildFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const file = resolve(context.cwd, args[0] ?? "images.yaml");
  const source = createSourceReader(context.cwd);
  await readInput(file, shownPath(context.cwd, file));
  const loaded = await loadImages(file, { displayName: shownPath(context.cwd, file) });
  terminal.diagnostics(loaded.diagnostics, source);
  if (!loaded.value || hasErrors(loaded.diagnostics)) return 1;
  const epoch = Number(context.env.SOURCE_DATE_EPOCH);
  const events = buildImages(loaded.value, {
    layoutFolder: resolve(context.cwd, flags.layout),
    signal: context.signal,
    ...(flags.only ? { only: flags.only } : {}),
    ...(Number.isSafeInteger(epoch) && context.env.SOURCE_DATE_EPOCH ? { sourceDateEpoch: epoch } : {}),
  });
  for await (const event of events) {
    if (event.event === "progress") {
      terminal.progress(event);
      continue;
    }
    terminal.diagnostics(event.diagnostics, source);
    const { nodes, wallMs } = event;
    if (flags.json) {
      terminal.json({
        nodes: nodes.map((node) => ({ name: node.node, target: node.target, digest: node.digest, built: node.built, layers: node.layers })),
        wallMs,
      });
    } else if (nodes.length > 0) {
      const rows = nodes.map((node) => [
        `${node.node}-${node.target}`,
        node.digest,
        formatBytes(node.sizeBytes),
        `${node.layers.length}`,
        node.built ? "built" : "cached",
      ]);
      terminal.line(formatTable([["IMAGE", "DIGEST", "SIZE", "LAYERS", ""], ...rows]));
    }
    return event.ok ? 0 : 1;
  }
  return 1;
}

/** `epicube image tree`: what the images of a layout share. */
export async function imageTree(args: readonly string[], flags: CommonOptions, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const tree = await treeOf(resolve(context.cwd, args[0]!));
  if (flags.json) {
    terminal.json(tree);
    return 0;
  }
  for (const image of tree.images) {
    terminal.line(`${image.name}  ${image.digest}  ${formatBytes(image.sizeBytes)}`);
    for (const layer of image.layers) terminal.line(`  ${layer.digest}  ${formatBytes(layer.sizeBytes)}  shared by ${layer.sharedBy}`);
  }
  terminal.line(`${formatBytes(tree.storedBytes)} stored for ${formatBytes(tree.unsharedBytes)} of images`);
  return 0;
}

/** `412 B`, `1.5 KiB`, `12.0 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}
