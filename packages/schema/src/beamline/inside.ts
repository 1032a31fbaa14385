import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { type Checked, type Diagnostic, decodeUtf8, EpicubeError, messageOf, type Severity } from "@epicube/core";

/** What stands at a path inside a folder, links followed as long as they stay inside. */
export type Found =
  | { readonly kind: "file" | "folder" | "other"; readonly sizeBytes: number }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly problem: Diagnostic };

/** Read access to one folder that never leaves it. */
export interface InsideFolder {
  readonly root: string;
  look(path: string): Promise<Found>;
  /**
   * The text of a file found by {@link InsideFolder.look}. One that cannot be read is FILE_UNREADABLE, without a value; one that is not UTF-8 is
   * FILE_ENCODING of the given severity (default error).
   */
  text(path: string, encoding?: Severity): Promise<Checked<string>>;
}

function inside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}

/** Paths below `root`, written with `/`, are the only ones read; a link that leads out is refused with LINK_OUTSIDE. */
export async function openInside(root: string): Promise<InsideFolder> {
  const real = await realpath(root).catch((cause: unknown) => {
    throw new EpicubeError("FILE_UNREADABLE", `the folder ${root} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const problem = (path: string, code: string, message: string): Found => ({ kind: "refused", problem: problemOf(path, code, message) });
  return {
    root: real,
    async look(path) {
      const full = resolve(real, path);
      if (!inside(real, full)) return problem(path, "LINK_OUTSIDE", "the path leads out of the repository");
      let target: string;
      try {
        target = await realpath(full);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "EACCES" || code === "EPERM") return problem(path, "FILE_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`);
        if (code === "ELOOP") return problem(path, "LINK_LOOP", "the link leads back to itself");
        const link = await lstat(full).catch(() => undefined);
        return link?.isSymbolicLink() ? problem(path, "LINK_BROKEN", "the link leads to nothing") : { kind: "missing" };
      }
      if (!inside(real, target)) return problem(path, "LINK_OUTSIDE", "the link leads out of the repository, so it is not read");
      const found = await stat(target);
      return found.isDirectory()
        ? { kind: "folder", sizeBytes: 0 }
        : found.isFile()
          ? { kind: "file", sizeBytes: found.size }
          : { kind: "other", sizeBytes: 0 };
    },
    async text(path, encoding = "error") {
      try {
        return decodeUtf8(await readFile(resolve(real, path)), path, { severity: encoding });
      } catch (error) {
        return { diagnostics: [problemOf(path, "FILE_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`)] };
      }
    },
  };
}

function problemOf(path: string, code: string, message: string): Diagnostic {
  return { code, severity: "error", message, range: { file: path, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 } };
}

/**
 * True when the path is there and of the kind. A refused link is reported, and so is something of another kind in its place: a folder called
 * ioc.yaml would otherwise be an IOC that silently is not there.
 */
export async function present(folder: InsideFolder, path: string, kind: "file" | "folder", diagnostics: Diagnostic[]): Promise<boolean> {
  const found = await folder.look(path);
  if (found.kind === "refused") diagnostics.push(found.problem);
  else if (found.kind !== kind && found.kind !== "missing") {
    const is = found.kind === "other" ? "neither a file nor a folder" : `a ${found.kind}`;
    diagnostics.push({ ...problemOf(path, "FILE_UNREADABLE", `${path} cannot be read: it is ${is}`), help: `it must be a ${kind}` });
  }
  return found.kind === kind;
}
