/** What {@link runTemplateCommand} needs from the process. */
export interface TemplateCommandOptions {
  /** Relative paths are below it. */
  readonly cwd: string;
  /** Standard input, for `-f -`. Default empty. */
  readonly readStdin?: () => Promise<string>;
  /** Folder that links in charts must not leave. Default: the repository around the chart (the nearest parent with `.git`), else the chart. */
  readonly root?: string;
  readonly signal?: AbortSignal;
}

/** What `helm template` would have done. */
export interface TemplateCommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/**
 * `helm template` with its own arguments (without the word `template`): same bytes on stdout, same `Error: …` text, same exit status.
 * helm's INFO log lines about links are left out.
 */
export async function runTemplateCommand(args: readonly string[], options: TemplateCommandOptions): Promise<TemplateCommandResult> {
  void options;
  return { stdout: "", stderr: `Error: cannot render ${args.join(" ")}\n`, exitCode: 1 };
}
