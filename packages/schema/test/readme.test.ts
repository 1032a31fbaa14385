import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";

it("the example of the README runs", async () => {
  const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const core = await import("@epicube/core");
  const schema = await import("../src/index.js");
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const body = example.replace(/^import .*$/gm, "").replaceAll("value!", "value");
  new Function("formatDiagnostic", "generateIoc", "loadSupport", body)(core.formatDiagnostic, schema.generateIoc, schema.loadSupport);
  const printed = log.mock.calls;
  log.mockRestore();
  expect(printed.map((call) => call[0])).toEqual(["st.cmd", "ioc.subst"]);
  expect(printed[1]![1]).toContain('{ "DEMO:", "03" }');
});
