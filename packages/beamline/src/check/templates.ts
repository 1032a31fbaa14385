import { dirname, join, relative } from "node:path";
import { createDirectoryLookup, type ResolveTemplate } from "@epicube/epics-db";

/** Where templates of an IOC are looked for. */
export interface TemplateFolders {
  /** `--db-path`, absolute. */
  readonly dbPath: readonly string[];
  /** The instance's `config/`, absolute. */
  readonly config: string;
  /** Support files and folders, absolute. */
  readonly support: readonly string[];
}

/** Looks in `--db-path`, then the instance's config, then each support folder and its `db/`. Files are named relative to the repository. */
export function createTemplateLookup(root: string, folders: TemplateFolders): ResolveTemplate {
  const support = folders.support.map((path) => (path.endsWith(".yaml") || path.endsWith(".yml") ? dirname(path) : path));
  const all = [...folders.dbPath, folders.config, ...support.flatMap((folder) => [folder, join(folder, "db")])];
  return createDirectoryLookup([...new Set(all)], { name: (path) => repositoryPath(root, path) });
}

/** A path relative to the repository, or absolute when it is outside. */
export function repositoryPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith("..") ? path : inside;
}
