import type { GoValue } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";

/** Go's `path.Clean`. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  return rooted ? "/" + kept.join("/") : kept.join("/") || ".";
}

function base(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function extension(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return dot === -1 ? "" : last.slice(dot);
}

const onPath = (map: (path: string) => GoValue) => defineFunction(["string"], ([path]) => map(path as string));
const baseFunction = onPath(base);
const dirFunction = onPath((path) => cleanPath(path.slice(0, path.lastIndexOf("/") + 1)));
const cleanFunction = onPath(cleanPath);
const extFunction = onPath(extension);
const isAbsFunction = onPath((path) => path.startsWith("/"));

/** Path functions; the `os` ones are those of Linux, whatever the machine. */
export const pathFunctions: FunctionTable = {
  base: baseFunction,
  dir: dirFunction,
  clean: cleanFunction,
  ext: extFunction,
  isAbs: isAbsFunction,
  osBase: baseFunction,
  osDir: dirFunction,
  osClean: cleanFunction,
  osExt: extFunction,
  osIsAbs: isAbsFunction,
};
