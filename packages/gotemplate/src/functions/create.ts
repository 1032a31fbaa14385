import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "@epicube/core";
import { builtins } from "./builtins.js";
import { cryptoFunctions } from "./crypto.js";
import { dateFunctions } from "./dates.js";
import { dictFunctions } from "./dicts.js";
import { encodingFunctions } from "./encoding.js";
import { defineFunction, type FunctionTable } from "./function.js";
import { listFunctions } from "./lists.js";
import { numberFunctions } from "./numbers.js";
import { pathFunctions } from "./paths.js";
import { RandomSource } from "./random.js";
import { regexpFunctions } from "./regexps.js";
import { semverFunctions } from "./semvers.js";
import { stringFunctions } from "./strings.js";
import { urlFunctions } from "./urls.js";

/** What the functions take from outside. */
export interface FunctionOptions {
  /** Time of `now`, `ago`, certificates and dates of things that are no date; default the machine's. */
  readonly clock?: Clock;
  /** Random bytes for `rand*`, `shuffle`, `uuidv4`, salts, serial numbers; default node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** IANA zone that Go calls `Local`; default `UTC`. */
  readonly timeZone?: string;
  /** Answers `getHostByName`; default the empty text, which is Helm's answer without `--enable-dns`. */
  readonly resolveHost?: (name: string) => string;
}

/** The Go builtins and all sprig functions that Helm exposes. Add `include`, `tpl`, `toYaml` and their like with a spread. */
export function createFunctions(options: FunctionOptions = {}): FunctionTable {
  const { clock = systemClock, randomBytes: bytes = randomBytes, timeZone = "UTC", resolveHost = () => "" } = options;
  const random = new RandomSource(bytes);
  return {
    ...builtins,
    ...stringFunctions(random),
    ...numberFunctions(random),
    ...listFunctions,
    ...dictFunctions,
    ...encodingFunctions,
    ...pathFunctions,
    ...regexpFunctions,
    ...urlFunctions,
    ...semverFunctions,
    ...dateFunctions(clock, timeZone),
    ...cryptoFunctions(clock, bytes),
    getHostByName: defineFunction(["string"], ([name]) => resolveHost(name as string)),
  };
}
