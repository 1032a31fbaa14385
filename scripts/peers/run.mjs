import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** A peer that cannot be installed here, with the reason to show. */
export class Unavailable extends Error {}

/**
 * Runs a program to its end and gives its standard output. Never a shell.
 *
 * @throws Unavailable naming the program and what it said
 */
export function run(program, argv, { cwd, env, signal, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      argv,
      { cwd, env: { ...process.env, ...env }, signal, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        if (signal?.aborted) return reject(signal.reason);
        if (error.code === "ENOENT") return reject(new Unavailable(`${program} is not installed`));
        const lines = `${stdout}\n${stderr}`.trim().split("\n");
        const last = (lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? "").trim();
        const how = error.killed ? `gave nothing in ${timeoutMs / 1000} s` : `failed (${error.signal ?? error.code})`;
        reject(new Unavailable(`${program} ${argv[0] ?? ""} ${how}${last ? `: ${last.slice(0, 200)}` : ""}`));
      },
    );
    // No program here is asked anything: one that reads, the IOC shell among them, sees the end at once.
    child.stdin?.end();
  });
}

/** The file that a shell would run for this name, or undefined. */
export async function findOnPath(name, path = process.env.PATH ?? "") {
  for (const folder of path.split(delimiter)) {
    if (folder && (await isProgram(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

/** Whether this is a file that may be run. */
export async function isProgram(file) {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Makes a Python environment in `folder`/venv with these packages, in versions held by `constraints`.
 * Gives its Python and the site-packages folder.
 */
export async function createPythonEnvironment(folder, packages, constraints, { flags = [], signal }) {
  const python = await findOnPath("python3");
  if (!python) throw new Unavailable("python3 is not installed");
  const venv = join(folder, "venv");
  await run(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"], { signal }).catch(() => {
    throw new Unavailable(`${python} is older than Python 3.11`);
  });
  await run(python, ["-m", "venv", venv], { signal });
  const file = join(folder, "constraints.txt");
  await writeFile(file, constraints.join("\n") + "\n");
  const inside = join(venv, "bin", "python");
  await run(inside, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...flags, "-c", file, ...packages], {
    signal,
  });
  const site = (await run(inside, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], { signal })).trim();
  return { python: inside, site };
}

/** A Python environment writes its own place into its scripts: after a move they must name the new one. */
export async function movePythonScripts(venv, from, to) {
  const files = [join(venv, "pyvenv.cfg")];
  for (const entry of await readdir(join(venv, "bin"), { withFileTypes: true })) {
    if (entry.isFile()) files.push(join(venv, "bin", entry.name));
  }
  for (const file of files) {
    const text = await readFile(file, "latin1");
    if (text.includes(from)) await writeFile(file, text.replaceAll(from, to), "latin1");
  }
}
