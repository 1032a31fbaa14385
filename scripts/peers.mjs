// node scripts/peers.mjs [NAME…]: brings the real programs that peer tests compare with into a per-user cache, and says which it cannot.
// Exit status: 0 when every pinned one that was asked for is there, 1 when not, 2 on bad usage.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createDebianInstaller } from "./peers/debian.mjs";
import { installEpics, NATIVE } from "./peers/epics.mjs";
import { installHelm } from "./peers/helm.mjs";
import { installIbek } from "./peers/ibek.mjs";
import { findOptional } from "./peers/optional.mjs";
import { DEBIAN, EPICS, HELM, IBEK, OPTIONAL, PINNED } from "./peers/pins.mjs";
import { Unavailable } from "./peers/run.mjs";
import { installAtomically, isCurrent, lockFolder, peersFolder, readRecords, removeLeftovers, writeRecords } from "./peers/store.mjs";

const USAGE = `usage: npm run peers [-- NAME...]
Installs into EPICUBE_PEERS (default: epicube/peers in the XDG cache folder) what peer tests compare with. Without names: all.
pinned:   ${PINNED.join(" ")}
optional: ${OPTIONAL.join(" ")} (used when on PATH or in EPICS_BASE)`;

/** What makes an installation out of date: the pins and the sources that go into it. */
async function recipeOf(name) {
  const inputs = { helm: [HELM], ibek: [IBEK], epics: [EPICS, ...(await Promise.all(NATIVE.map((file) => readFile(file, "utf8"))))] };
  return createHash("sha256")
    .update(JSON.stringify([name, process.platform, process.arch, inputs[name] ?? []]))
    .digest("hex");
}

async function install(name, recipe, folder, debian, signal) {
  if (DEBIAN.includes(name)) return debian(name, { signal });
  if (OPTIONAL.includes(name)) return findOptional(name, { signal });
  const build = { helm: installHelm, ibek: installIbek, epics: installEpics }[name];
  return installAtomically(folder, name, recipe, (partial, finalFolder) => build(partial, { finalFolder, signal }));
}

async function main(argv) {
  if (argv.includes("--help") || argv.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const unknown = argv.filter((name) => ![...PINNED, ...OPTIONAL].includes(name));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(" ")}\n${USAGE}`);
    return 2;
  }
  const names = [...PINNED, ...OPTIONAL].filter((name) => argv.length === 0 || argv.includes(name));
  const folder = peersFolder();
  await mkdir(folder, { recursive: true });

  const abort = new AbortController();
  const stop = (signal) => abort.abort(new Error(`stopped by ${signal}`));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  const lock = await lockFolder(folder, {
    signal: abort.signal,
    onWait: (pid) => console.error(`waiting for process ${pid}, which installs into ${folder}`),
  });
  try {
    await removeLeftovers(folder);
    const debian = createDebianInstaller(names.filter((name) => DEBIAN.includes(name)));
    let complete = true;
    for (const name of names) {
      const startedMs = performance.now();
      const recipe = await recipeOf(name);
      const records = await readRecords(folder);
      let word = "there";
      if (!isCurrent(records[name], recipe)) {
        word = DEBIAN.includes(name) || OPTIONAL.includes(name) ? "found" : "installed";
        try {
          records[name] = { ok: true, ...(await install(name, recipe, folder, debian, abort.signal)), recipe };
        } catch (error) {
          abort.signal.throwIfAborted();
          word = "missing";
          records[name] = { ok: false, reason: error instanceof Unavailable ? error.message : String(error?.message ?? error) };
        }
        await writeRecords(folder, records);
      }
      const { ok, version, reason } = records[name];
      if (!ok && PINNED.includes(name)) complete = false;
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(
        `${name.padEnd(15)} ${(ok ? version : "-").padEnd(16)} ${word.padEnd(9)} ${seconds.padStart(6)} s${ok ? "" : `  ${reason}`}`,
      );
    }
    return complete ? 0 : 1;
  } finally {
    await lock.release();
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(`peers: ${error.message}`);
    process.exitCode = error.message.startsWith("stopped by") ? 130 : 1;
  },
);
