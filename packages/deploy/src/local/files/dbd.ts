import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { EpicubeError, messageOf } from "@epicube/core";

/** The depth of includes in EPICS base is 4. */
const MAX_DEPTH = 20;
/** That of base has 0.5 million. */
const MAX_CHARS = 64 * 1024 * 1024;

/**
 * The text of one database definition with its includes in place, as an IOC's build makes it: an IOC that loads `dbd/ioc.dbd` looks for
 * includes in its working folder only. A file stands wherever it is included, since each record type includes the fields that all have.
 *
 * @param source a .dbd file, or a folder with `ioc.dbd` or else `base.dbd`; includes are looked for beside it
 * @throws EpicubeError `DBD_UNREADABLE`
 */
export async function flattenDbd(source: string): Promise<string> {
  const file = await findDbd(resolve(source));
  const folder = dirname(file);
  let sizeChars = 0;
  const flatten = async (name: string, from: string, depth: number): Promise<string> => {
    if (depth > MAX_DEPTH) throw new EpicubeError("DBD_UNREADABLE", `${from}: includes are nested more than ${MAX_DEPTH} deep`);
    const path = join(folder, name);
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      throw new EpicubeError("DBD_UNREADABLE", `cannot read ${path}, included by ${from}: ${messageOf(error)}`, { cause: error });
    });
    sizeChars += text.length;
    if (sizeChars > MAX_CHARS)
      throw new EpicubeError("DBD_UNREADABLE", `${file}: with its includes it is longer than ${MAX_CHARS} characters`);
    const lines: string[] = [];
    for (const line of text.split("\n")) {
      const include = /^\s*include\s*"([^"]+)"\s*(?:#.*)?$/.exec(line);
      lines.push(include ? await flatten(basename(include[1]!), path, depth + 1) : line);
    }
    return lines.join("\n");
  };
  return flatten(basename(file), file, 0);
}

async function findDbd(source: string): Promise<string> {
  const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() === true;
  if (await isFile(source)) return source;
  for (const name of ["ioc.dbd", "base.dbd"]) if (await isFile(join(source, name))) return join(source, name);
  throw new EpicubeError("DBD_UNREADABLE", `${source} is neither a database definition nor a folder with ioc.dbd or base.dbd`);
}
