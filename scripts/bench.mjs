// npm run bench [-- PACKAGE…]: ours beside the real peer, interleaved in one run; one JSON line a figure with the ratio (peer / ours: above 1 we are faster).
// A bench is packages/NAME/bench/*.bench.mjs with a default export: ({ root, peer, temp }) => { figure, ours, peer, peerName, rounds? }[] (argv arrays).
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, run } from "./lib.mjs";

const wanted = process.argv.slice(2);
const folder = process.env.EPICUBE_PEERS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "epicube", "peers");
const installed = existsSync(join(folder, "peers.json")) ? JSON.parse(readFileSync(join(folder, "peers.json"), "utf8")) : {};

/** Paths of a peer, or undefined where it is not installed. */
const peer = (name) => (installed[name]?.ok ? installed[name].paths : undefined);

const measure = async (argv, cwd) => {
  const { stdout, stderr, code } = await run("python3", [join(root, "scripts", "bench", "measure.py"), ...argv], { cwd, quiet: true });
  if (code !== 0) throw new Error(`measuring ${argv.join(" ")}: ${stderr}`);
  const result = JSON.parse(stdout);
  if (result.exit !== 0) throw new Error(`${argv.join(" ")} ended with exit ${result.exit}`);
  return result;
};
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

let figures = 0;
for (const name of readdirSync(join(root, "packages")).sort()) {
  const benches = join(root, "packages", name, "bench");
  if ((wanted.length > 0 && !wanted.includes(name)) || !existsSync(benches)) continue;
  for (const file of readdirSync(benches)
    .filter((entry) => entry.endsWith(".bench.mjs"))
    .sort()) {
    const temp = mkdtempSync(join(tmpdir(), "epicube-bench-"));
    try {
      const { default: bench } = await import(pathToFileURL(join(benches, file)).href);
      for (const { figure, ours, peer: theirs, peerName, rounds = 5, cwd = root, skip } of await bench({ root, peer, temp })) {
        if (skip) {
          console.log(JSON.stringify({ bench: name, figure, skipped: skip }));
          continue;
        }
        const runs = { ours: [], peer: [] };
        for (let round = 0; round < rounds; round++) {
          runs.ours.push(await measure(ours, cwd));
          runs.peer.push(await measure(theirs, cwd));
        }
        const of = (side, key) => Number(median(runs[side].map((entry) => entry[key])).toFixed(3));
        const line = {
          bench: name,
          figure,
          peer: peerName,
          rounds,
          ours: { wallS: of("ours", "wallS"), cpuS: of("ours", "cpuS"), maxRssMiB: Math.round(of("ours", "maxRssKiB") / 1024) },
          theirs: { wallS: of("peer", "wallS"), cpuS: of("peer", "cpuS"), maxRssMiB: Math.round(of("peer", "maxRssKiB") / 1024) },
        };
        line.ratioWall = Number((line.theirs.wallS / line.ours.wallS).toFixed(2));
        line.ratioCpu = Number((line.theirs.cpuS / line.ours.cpuS).toFixed(2));
        console.log(JSON.stringify(line));
        figures++;
      }
    } finally {
      rmSync(temp, { recursive: true, force: true });
    }
  }
}
if (figures === 0 && wanted.length > 0) {
  console.error(`no bench for ${wanted.join(", ")}, or its peers are missing: npm run peers`);
  process.exitCode = 2;
}
