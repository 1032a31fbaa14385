import { findOnPath, run, Unavailable } from "./run.mjs";

/** Programs of Debian's: what is on PATH, else installed with apt, which only root may. All that are missing are installed in one go. */
export function createDebianInstaller(names) {
  let installation;
  return async (name, { signal }) => {
    let file = await findOnPath(name);
    if (!file) {
      if (!(await findOnPath("apt-get"))) throw new Unavailable(`${name} is not on PATH and there is no apt-get to install it with`);
      if (process.getuid?.() !== 0) throw new Unavailable(`${name} is not on PATH, and \`apt-get install ${name}\` needs root`);
      installation ??= installMissing(names, signal);
      await installation;
      file = await findOnPath(name);
      if (!file) throw new Unavailable(`${name} is not on PATH after its installation`);
    }
    const version = /\d+\.\d+(?:\.\d+)?[\w.+~-]*/.exec(await run(file, ["--version"], { signal }))?.[0] ?? "unknown";
    return { version, paths: { [name]: file } };
  };
}

async function installMissing(names, signal) {
  const missing = [];
  for (const name of names) if (!(await findOnPath(name))) missing.push(name);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...argv) => run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...argv], { env, signal });
  const install = () => apt("install", "-y", "--no-install-recommends", ...missing);
  try {
    await install();
  } catch {
    // Most likely the lists of packages are old or absent.
    signal.throwIfAborted();
    await apt("update");
    await install();
  }
}
