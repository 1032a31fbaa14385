import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import { expect, it } from "vitest";
import { createDirectoryLookup } from "./directory.js";

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
