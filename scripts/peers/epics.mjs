import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readTarGz } from "./archive.mjs";
import { EPICS } from "./pins.mjs";
import { createPythonEnvironment, findOnPath, movePythonScripts, run, Unavailable } from "./run.mjs";

export const NATIVE = ["ioc.cpp", "caget.c"].map((name) => fileURLToPath(new URL(`./native/${name}`, import.meta.url)));

/**
 * EPICS base as Python packages (libraries, headers, definitions, clients and servers), and on its libraries: an IOC with the IOC shell and a
 * reader of our own, and three programs of base that the packages leave out, from the source archive.
 */
export async function installEpics(folder, { finalFolder, signal }) {
  if (process.platform !== "linux") throw new Unavailable("only tried on linux");
  for (const compiler of ["gcc", "g++"]) if (!(await findOnPath(compiler))) throw new Unavailable(`${compiler} is not installed`);
  const { python, site } = await createPythonEnvironment(folder, EPICS.packages, EPICS.constraints, { signal });
  const core = join(site, "epicscorelibs");
  await collectDefinitions(join(core, "dbd"), join(folder, "dbd"));
  await mkdir(join(folder, "bin"));
  const source = join(folder, "source");
  await unpackSource(source, python, signal);

  const headers = join(core, "include");
  const library = join(core, "lib");
  const client = join(source, "modules/ca/src/client");
  const before = ["-O1", "-w", ...[headers, join(headers, "os/Linux"), join(headers, "compiler/gcc"), client].map((path) => `-I${path}`)];
  // Without --no-as-needed the libraries that only register record types are dropped, and with them the record types.
  const rpath = `-Wl,-rpath,$ORIGIN/${relative(join(folder, "bin"), library)}`;
  const after = [`-L${library}`, "-Wl,--no-as-needed", "-lca", "-lCom", "-lm", rpath];
  const compile = (compiler, name, files, more = []) =>
    run(compiler, [...before, "-o", join(folder, "bin", name), ...files, ...after, ...more], { signal });
  await Promise.all([
    compile("g++", "ioc", [NATIVE[0]], ["-ldbCore", "-ldbRecStd"]),
    compile("gcc", "caget", [NATIVE[1]]),
    compile("g++", "msi", [join(source, "modules/database/src/ioc/dbtemplate/msi.cpp")]),
    compile("gcc", "acctst", [join(client, "acctst.c"), join(client, "acctstMain.c")]),
    compile("gcc", "catime", [join(client, "catime.c"), join(client, "catimeMain.c")]),
  ]);
  await rm(source, { recursive: true });
  await tryIoc(folder, signal);
  await movePythonScripts(join(folder, "venv"), folder, finalFolder);
  const inside = relative(folder, core);
  const programs = Object.fromEntries(["ioc", "caget", "msi", "acctst", "catime"].map((name) => [name, join("bin", name)]));
  return {
    version: EPICS.version,
    paths: { python: "venv/bin/python", ...programs, dbd: "dbd", include: join(inside, "include"), lib: join(inside, "lib") },
  };
}

/** The folder of definitions, and in it ioc.dbd: base.dbd with every include put in its place, so that it can be loaded from anywhere. */
async function collectDefinitions(from, to) {
  await mkdir(to);
  for (const name of await readdir(from)) if (name.endsWith(".dbd")) await copyFile(join(from, name), join(to, name));
  await writeFile(join(to, "ioc.dbd"), await expandIncludes(to, "base.dbd"));
}

/** A file is included as often as it is named: each record type includes the fields that all have in common. */
async function expandIncludes(folder, name, depth = 0) {
  if (depth > 8) throw new Error(`${name} is included by itself`);
  const lines = [];
  for (const line of (await readFile(join(folder, name), "utf8")).split("\n")) {
    const included = /^\s*include\s+"([^"]+)"/.exec(line)?.[1];
    lines.push(included ? await expandIncludes(folder, included, depth + 1) : line);
  }
  return lines.join("\n");
}

async function unpackSource(folder, python, signal) {
  await mkdir(folder);
  const argv = [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--no-deps",
    "--no-binary",
    "epicscorelibs",
  ];
  await run(python, [...argv, "-d", folder, `epicscorelibs==${EPICS.version}`], { signal });
  const bytes = await readFile(join(folder, EPICS.source.file));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== EPICS.source.sha256) throw new Unavailable(`${EPICS.source.file} has not the pinned checksum`);
  const wanted = /^[^/]+\/(modules\/(?:ca\/src\/client|database\/src\/ioc\/dbtemplate)\/[A-Za-z0-9_.]+)$/;
  for (const [name, content] of readTarGz(bytes, (entry) => wanted.test(entry))) {
    const file = join(folder, wanted.exec(name)[1]);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Starts the IOC once on a script like the generated ones: an installation that cannot do that is none. */
async function tryIoc(folder, signal) {
  const trial = join(folder, "trial");
  await mkdir(trial);
  await writeFile(join(trial, "trial.db"), 'record(calc, "TRIAL:HEARTBEAT") {\n  field(SCAN, "1 second")\n  field(CALC, "VAL+1")\n}\n');
  const script = [
    `cd "${folder}"`,
    "dbLoadDatabase dbd/ioc.dbd",
    "ioc_registerRecordDeviceDriver pdbbase",
    'dbLoadRecords("trial/trial.db")',
    "iocInit",
    "dbl",
  ];
  await writeFile(join(trial, "st.cmd"), script.join("\n") + "\n");
  const env = { EPICS_CA_SERVER_PORT: "0", EPICS_CAS_SERVER_PORT: "0", EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1" };
  const output = await run(join(folder, "bin/ioc"), [join(trial, "st.cmd")], { env, signal, timeoutMs: 60_000 });
  if (!output.includes("TRIAL:HEARTBEAT")) throw new Unavailable("the compiled IOC does not start");
  await rm(trial, { recursive: true });
}
