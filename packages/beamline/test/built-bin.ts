import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The built `epicube` command, which child processes start from. */
export function builtBin(): string {
  const bin = fileURLToPath(new URL("../../cli/bin/epicube.js", import.meta.url));
  if (!existsSync(fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url))))
    throw new Error("the command is not built: npm run build");
  return bin;
}
