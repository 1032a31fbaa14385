import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTempFolder } from "@epicube/testkit";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Code blocks of the README in a language, with the line they stand on. */
function blocks(language: string): { line: number; code: string }[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match) => ({
    line: readme.slice(0, match.index).split("\n").length,
    code: match[1]!,
  }));
}

/** A folder that looks like the root of a clone. */
async function inClone<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const temp = await createTempFolder("readme");
  try {
    for (const name of ["node_modules", "examples"]) symlinkSync(join(root, name), join(temp.path, name));
    return await work(temp.path);
  } finally {
    await temp.close();
  }
}

describe("README.md", () => {
  it("shows a use of each package", () => {
    const shown = new Set(blocks("js").flatMap(({ code }) => [...code.matchAll(/from "@epicube\/([a-z-]+)/g)].map((match) => match[1])));
    expect([...shown].sort()).toEqual([
      "beamline",
      "ca",
      "chart",
      "core",
      "deploy",
      "epics-db",
      "gotemplate",
      "image",
      "oci",
      "probe",
      "schema",
      "sim",
    ]);
  });

  it.each(blocks("js"))("the program at line $line runs", async ({ code }) => {
    await inClone(async (folder) => {
      const file = join(folder, "snippet.mjs");
      writeFileSync(file, code);
      const { exitCode, stdout, stderr } = await execa(process.execPath, [file], { cwd: folder, reject: false, timeout: 60_000 });
      expect(stderr).toBe("");
      expect(exitCode).toBe(0);
      expect(stdout).not.toBe("");
    });
  });

  it("the commands run", async () => {
    const commands = blocks("sh")
      .flatMap(({ code }) => code.split("\n"))
      .filter((line) => line.startsWith("npx epicube") && line.includes("examples/bl45p"));
    expect(commands.length).toBeGreaterThanOrEqual(5);
    await inClone(async (folder) => {
      for (const command of commands) {
        const [, , ...args] = command.split("#")[0]!.trim().split(/\s+/);
        const { exitCode, stderr } = await execa(join(root, "node_modules/.bin/epicube"), args, {
          cwd: folder,
          reject: false,
          timeout: 60_000,
        });
        expect(exitCode, `${command}\n${stderr}`).toBe(0);
      }
    });
  });
});
