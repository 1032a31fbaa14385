import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ours = fileURLToPath(new URL("../charts/ioc-instance", import.meta.url));
const vendored = fileURLToPath(new URL("../../../examples/bl45p/charts/ioc-instance", import.meta.url));

/** Texts of all files below a folder, by path. */
function readTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

it("examples/bl45p/charts/ioc-instance is a copy of the library chart (copy it again after a change)", () => {
  expect(readTree(vendored)).toEqual(readTree(ours));
});
