import { readFile } from "node:fs/promises";
import { digestOf, EpicubeError, messageOf } from "@epicube/core";
import { z } from "zod";
import { isIocName } from "../../releases/ioc-name.js";
import { writeFileAtomic } from "../files/write.js";
import { stateFile } from "./layout.js";

const exitSchema = z.object({ code: z.number().int().optional(), signal: z.string().optional(), at: z.string() });

const iocSchema = z.object({
  port: z.number().int().min(1).max(65535),
  /** The base that the port was counted from: another base given later takes the port anew. */
  portBase: z.number().int().min(1).max(65535),
  desired: z.enum(["running", "stopped"]),
  revision: z.number().int().min(0),
  /** Of the release as recorded. */
  digest: z.string(),
  version: z.string(),
  image: z.string().optional(),
  deployedAt: z.string(),
  /** The process while it runs; `identity` tells it from a later one with the same number. */
  process: z.object({ pid: z.number().int().min(2), identity: z.string(), startedAt: z.string() }).optional(),
  lastExit: exitSchema.optional(),
  reason: z.string().optional(),
});

const stateSchema = z.object({
  version: z.literal(1),
  iocs: z.record(z.string().refine(isIocName, "must be the name of an IOC"), iocSchema),
});

/** What the target knows of one IOC from one command to the next. */
export type IocRecord = z.infer<typeof iocSchema>;
export type LocalState = z.infer<typeof stateSchema>;

/** Reads the state of a beamline; there is none yet is an empty one. Throws `STATE_CORRUPT` for anything else than what was written. */
async function readState(stateFolder: string): Promise<LocalState> {
  const file = stateFile(stateFolder);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, iocs: {} };
    throw new EpicubeError("STATE_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw corrupt(file, messageOf(error));
  }
  const parsed = stateSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw corrupt(file, `${issue.path.length === 0 ? "the document" : issue.path.join(".")}: ${issue.message}`);
  }
  return parsed.data;
}

function corrupt(file: string, why: string): EpicubeError {
  return new EpicubeError("STATE_CORRUPT", `${file} is not what was written there: ${why}`, {
    help: "move the file away: ports are then taken anew; autosave, logs and the repository are not touched",
  });
}

/** The state in memory and on disk. */
export interface StateStore {
  readonly current: LocalState;
  /** Changes a copy, writes it, then takes it; changes asked for meanwhile go into one write. On failure nothing has changed. */
  update(change: (state: LocalState) => void): Promise<void>;
  /** Reads again what another process may have written. */
  reload(): Promise<void>;
}

interface Waiting {
  readonly change: (state: LocalState) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Opens the state of a beamline. */
export async function openState(stateFolder: string): Promise<StateStore> {
  let current = await readState(stateFolder);
  let waiting: Waiting[] = [];
  let writing = false;
  const writeAll = async () => {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const copy = structuredClone(current);
        for (const { change } of batch) change(copy);
        await writeFileAtomic(stateFile(stateFolder), `${JSON.stringify(copy, undefined, 2)}\n`);
        current = copy;
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = false;
  };
  return {
    get current() {
      return current;
    },
    update: (change) =>
      new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
        if (!writing) void writeAll();
      }),
    async reload() {
      current = await readState(stateFolder);
    },
  };
}

/** Digest of what is recorded, without what comes and goes with processes: the base of a plan. */
export function stateBase(state: LocalState): string {
  const rows = Object.entries(state.iocs).map(([name, ioc]) => [name, ioc.revision, ioc.digest, ioc.desired]);
  return digestOf(JSON.stringify(rows.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))));
}
