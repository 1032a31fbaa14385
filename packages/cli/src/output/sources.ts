import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Texts of files that diagnostics name, for their source frames: read once each, undefined where they cannot be read. */
export function createSourceReader(root: string): (file: string) => string | undefined {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) {
      let text: string | undefined;
      try {
        text = readFileSync(isAbsolute(file) ? file : join(root, file), "utf8");
      } catch {
        text = undefined;
      }
      texts.set(file, text);
    }
    return texts.get(file);
  };
}
