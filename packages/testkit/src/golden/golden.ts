import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Compares text with a golden file, byte for byte. With `UPDATE_GOLDEN=1` the file is written instead, to be reviewed in the diff.
 *
 * @throws Error naming the file when it is missing or differs
 */
export function expectGolden(file: string, actual: string): void {
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  if (!existsSync(file)) throw new Error(`golden file ${file} is missing; make it with UPDATE_GOLDEN=1`);
  const expected = readFileSync(file, "utf8");
  if (expected === actual) return;
  const before = expected.split("\n");
  const after = actual.split("\n");
  const at = after.findIndex((line, index) => line !== before[index]);
  const line = at === -1 ? after.length : at;
  throw new Error(`${file}:${line + 1}: differs\n  golden: ${JSON.stringify(before[line])}\n  actual: ${JSON.stringify(after[line])}`);
}
