/** One step of something that takes time. Renderers show it; `--json` prints it on stderr-free streams. */
export interface ProgressEvent {
  readonly event: "progress";
  readonly at: "start" | "update" | "end";
  readonly id: string;
  readonly parent?: string;
  readonly label: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: "bytes" | "files" | "layers" | "iocs" | "pvs";
  readonly outcome?: "done" | "cached" | "skipped" | "failed";
  readonly durationMs?: number;
}
