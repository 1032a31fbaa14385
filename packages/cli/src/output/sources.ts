import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, sep } from "node:path";

/**
 * Texts of files that diagnostics name, for their source frames: read once each, undefined where they cannot be read, and where a link
 * below `root` leads out of it, so that no frame shows what lies outside.
 */
export function createSourceReader(root: string): (file: string) => string | undefined {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) {
      let text: string | undefined;
      try {
        text = isAbsolute(file) ? readFileSync(file, "utf8") : readInside(root, file);
      } catch {
        text = undefined;
      }
      texts.set(file, text);
    }
    return texts.get(file);
  };
}

function readInside(root: string, file: string): string | undefined {
  const target = realpathSync(join(root, file));
  const leaves = !file.startsWith("..") && !target.startsWith(realpathSync(root) + sep);
  return leaves ? undefined : readFileSync(target, "utf8");
}
