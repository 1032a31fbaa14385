import { existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { isAbsolute, join } from "node:path";

/** A program of a run that was killed may still write into what is removed: try again for some seconds. */
const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 };

/** Folder of the installed peers: `EPICUBE_PEERS`, default `peers` in epicube's XDG cache folder. Tests look at the same place. */
export function peersFolder(env = process.env) {
  return env.EPICUBE_PEERS || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "epicube", "peers");
}

/** What is known of each peer: {name: {ok, version, paths, reason, recipe}}. A damaged file counts as none. */
export async function readRecords(folder) {
  try {
    const records = JSON.parse(await readFile(join(folder, "peers.json"), "utf8"));
    return records && typeof records === "object" && !Array.isArray(records) ? records : {};
  } catch {
    return {};
  }
}

/** Replaces peers.json in one step, so that a test that reads it now sees the old or the new one. */
export async function writeRecords(folder, records) {
  const next = join(folder, `peers.json.${process.pid}`);
  await writeFile(next, JSON.stringify(records, null, 2) + "\n");
  await rename(next, join(folder, "peers.json"));
}

/** Whether the record was made by this recipe and its programs are still there. */
export function isCurrent(record, recipe) {
  return record?.ok === true && record.recipe === recipe && Object.values(record.paths ?? {}).every((path) => existsSync(path));
}

/**
 * Builds a peer in a folder of its own beside its place and moves it there in one step. `build` gives paths relative to the folder;
 * the record has them absolute.
 */
export async function installAtomically(folder, name, recipe, build) {
  const finalFolder = join(folder, `${name}-${recipe.slice(0, 12)}`);
  const partial = `${finalFolder}.partial`;
  await rm(partial, REMOVE);
  await mkdir(partial, { recursive: true });
  try {
    const { version, paths } = await build(partial, finalFolder);
    await rm(finalFolder, REMOVE);
    await rename(partial, finalFolder);
    return {
      version,
      paths: Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, isAbsolute(path) ? path : join(finalFolder, path)])),
    };
  } finally {
    await rm(partial, REMOVE);
  }
}

/**
 * Keeps a second run out of the same folder until `release`. The lock names its process: one whose process is gone is taken over.
 * `onWait` is told once who holds it.
 */
export async function lockFolder(folder, { signal, onWait }) {
  const file = join(folder, "lock");
  const mine = join(folder, `lock.${process.pid}`);
  await writeFile(mine, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    for (let told = false; ; ) {
      try {
        // A link fails where the name is taken, and the name never shows half of its content.
        await link(mine, file);
        return { release: () => rm(file, { force: true }) };
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      if (isGone(text)) {
        // Of several that see the same dead lock one moves it away; the others find it moved.
        const dead = join(folder, `lock.dead.${process.pid}`);
        await rename(file, dead).catch(() => {});
        const moved = await readFile(dead, "utf8").catch(() => undefined);
        if (moved !== undefined && moved !== text) await link(dead, file).catch(() => {});
        await rm(dead, { force: true });
        continue;
      }
      if (!told) onWait?.(JSON.parse(text).pid);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
      signal?.throwIfAborted();
    }
  } finally {
    await unlink(mine).catch(() => {});
  }
}

function isGone(text) {
  let holder;
  try {
    holder = JSON.parse(text);
  } catch {
    return true;
  }
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Removes what runs that were killed left behind. Only under the lock. */
export async function removeLeftovers(folder) {
  for (const name of await readdir(folder)) {
    if (name.endsWith(".partial") || /^peers\.json\.\d+$/.test(name)) await rm(join(folder, name), REMOVE);
  }
}
