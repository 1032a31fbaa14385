import { isAbsolute, join, resolve } from "node:path";
import { EpicubeError } from "@epicube/core";
import type { Workload } from "../../releases/workload.js";
import type { IocPaths } from "../../target/target.js";
import type { IocProgram } from "../options.js";
import { LOCAL_HOST } from "../ports/ports.js";

/**
 * The command of an IOC: words of a list, never a line for a shell.
 *
 * @throws EpicubeError `START_COMMAND_MISSING` when a real IOC has no st.cmd
 */
export function iocCommand(program: IocProgram, workload: Workload, paths: IocPaths, port: number): string[] {
  if (program.kind === "simulated") {
    const words: Record<string, string> = {
      name: workload.name,
      port: String(port),
      host: LOCAL_HOST,
      ioc: paths.ioc,
      runtime: paths.runtime,
      config: paths.config,
      autosave: paths.autosave,
    };
    const fill = (word: string) =>
      word.replace(/\{([a-z]+)\}/g, (whole, name: string) => (Object.hasOwn(words, name) ? words[name]! : whole));
    return program.argv.map((word, index) => (index === 0 ? executable(fill(word)) : fill(word)));
  }
  const folders = [
    { files: workload.config, folder: paths.config },
    { files: workload.runtime, folder: paths.runtime },
  ];
  const there = folders.find(({ files }) => files.some((file) => file.path === "st.cmd"));
  if (!there)
    throw new EpicubeError("START_COMMAND_MISSING", `${workload.name}: its manifests mount no st.cmd, neither config nor generated`, {
      help: "this instance can only run in an image that generates st.cmd at its start",
    });
  return [executable(program.program), join(there.folder, "st.cmd")];
}

/** A path is taken from where the caller stands, as the process itself stands in the IOC's folder; a bare name is looked up in PATH. */
function executable(program: string): string {
  return program.includes("/") && !isAbsolute(program) ? resolve(program) : program;
}
