import { describe, expect, it } from "vitest";
import { formatTable } from "./table.js";
import { type CommandContext, type CommonOptions, createTerminal, formatDuration } from "./terminal.js";

function terminal(options: CommonOptions, isTTY = false) {
  let out = "";
  let err = "";
  const context = {
    stdout: { write: (text: string) => (out += text), isTTY },
    stderr: { write: (text: string) => (err += text), isTTY },
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
    stdin: (async function* () {})(),
  } as unknown as CommandContext;
  return { terminal: createTerminal(context, options), out: () => out, err: () => err };
}
const end = {
  event: "progress",
  at: "end",
  id: "check",
  label: "check",
  done: 5,
  total: 5,
  unit: "iocs",
  outcome: "done",
  durationMs: 412,
} as const;

describe("progress", () => {
  it("is one plain line at the end where there is no terminal, on stderr only", () => {
    const t = terminal({});
    t.terminal.progress({ ...end, at: "start" });
    t.terminal.progress(end);
    expect(t.err()).toBe("✓ check 5/5 iocs 0.4 s\n");
    expect(t.out()).toBe("");
  });

  it("steps inside a stage show with --verbose only, nothing shows with --quiet", () => {
    const t = terminal({});
    t.terminal.progress({ ...end, parent: "x" });
    expect(t.err()).toBe("");
    const quiet = terminal({ quiet: true });
    quiet.terminal.progress(end);
    quiet.terminal.note("n");
    expect(quiet.err()).toBe("");
  });

  it("a live line is wiped before anything else is written", () => {
    const t = terminal({}, true);
    t.terminal.progress({ ...end, at: "start" });
    t.terminal.line("result");
    expect(t.err()).toBe("  check 5/5 iocs …\r\u001b[K");
  });

  it("control characters of labels and notes are escaped", () => {
    const t = terminal({});
    t.terminal.note("a\u001b[2J");
    t.terminal.progress({ ...end, label: "b\u0007" });
    expect(t.err()).not.toMatch(/[\u001b\u0007]/);
  });
});

describe("json", () => {
  it("is one line on stdout", () => {
    const t = terminal({ json: true });
    t.terminal.json({ event: "done" });
    expect(t.out()).toBe('{"event":"done"}\n');
  });
});

describe("formatTable", () => {
  it("aligns columns, whatever their colours", () => {
    expect(
      formatTable([
        ["IOC", "STATE", "PVS"],
        ["a-long-name", "\u001b[32mhealthy\u001b[39m", "1/1"],
        ["b", "no", ""],
      ]),
    ).toBe("IOC          STATE    PVS\na-long-name  \u001b[32mhealthy\u001b[39m  1/1\nb            no");
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0.0 s"],
    [412, "0.4 s"],
    [9949, "9.9 s"],
    [12_300, "12 s"],
    [185_000, "3 min 05 s"],
  ])("%d → %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
