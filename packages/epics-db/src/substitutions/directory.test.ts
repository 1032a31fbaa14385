import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import { expect, it } from "vitest";
import { createDirectoryLookup } from "./directory.js";
import { expandSubstitutions, expandTemplate } from "./expand.js";

it("finds files in order of the folders and never outside of them", async () => {
  await using temp = await createTempFolder("lookup");
  const at = (...parts: string[]) => join(temp.path, ...parts);
  for (const folder of ["one", "two", "two/sub"]) mkdirSync(at(folder));
  writeFileSync(at("secret.db"), "secret");
  writeFileSync(at("one", "a.db"), "one");
  writeFileSync(at("two", "a.db"), "two");
  writeFileSync(at("two", "sub", "b.db"), "b");
  symlinkSync(at("secret.db"), at("one", "link.db"));
  symlinkSync(temp.path, at("one", "up"));
  symlinkSync(at("two", "sub", "b.db"), at("two", "inner.db"));
  const find = createDirectoryLookup([at("one"), at("missing"), at("two")], { name: (path) => path.slice(temp.path.length + 1) });
  expect(find("a.db")).toEqual({ file: "one/a.db", text: "one" });
  expect(find("sub/b.db")?.text).toBe("b");
  expect(find("inner.db")?.text).toBe("b");
  for (const name of ["../secret.db", "link.db", "up/secret.db", at("secret.db"), "sub", "", "a.db\0", "nothing"])
    expect(find(name), name).toBeUndefined();
});

it("a template that is not UTF-8 is a located warning, once for all its rows, and where it is included", async () => {
  await using temp = await createTempFolder("lookup");
  writeFileSync(join(temp.path, "a.db"), Buffer.from('# é\nrecord(ai, "$(P)") { field(EGU, "\xb0C") }\n', "latin1"));
  writeFileSync(join(temp.path, "b.db"), 'include "a.db"\n');
  const resolve = createDirectoryLookup([temp.path], { name: () => "a.db" });
  const rows = 'file a.db { {P="x"} {P="y"} }\nfile b.db { {P="z"} }\n';
  const named = createDirectoryLookup([temp.path], { name: (path) => path.slice(temp.path.length + 1) });
  const { diagnostics } = expandSubstitutions({ file: "ioc.subst", text: rows, resolve: named });
  expect(diagnostics).toMatchObject([
    { code: "FILE_ENCODING", severity: "warning", range: { file: "a.db", startLine: 1, startColumn: 3 }, help: "save it as UTF-8" },
  ]);
  const alone = expandTemplate({ ...resolve("a.db")!, macros: "P=x" });
  expect(alone.diagnostics.map((entry) => entry.code)).toEqual(["FILE_ENCODING"]);
  expect(alone.value!.text).toContain('"\ufffdC"');
  const asRows = expandSubstitutions({ ...named("a.db")!, text: "" });
  expect(asRows.diagnostics.map((entry) => entry.code)).toEqual(["FILE_ENCODING"]);
});

it("a template that may not be read is an error that names it", async () => {
  await using temp = await createTempFolder("lookup");
  writeFileSync(join(temp.path, "a.db"), "record");
  chmodSync(join(temp.path, "a.db"), 0o000);
  const found = createDirectoryLookup([temp.path], { name: () => "a.db" })("a.db");
  // Root may read everything.
  if (process.getuid?.() === 0) expect(found).toEqual({ file: "a.db", text: "record" });
  else expect(found).toMatchObject({ text: "", diagnostics: [{ code: "FILE_UNREADABLE", severity: "error", range: { file: "a.db" } }] });
});
