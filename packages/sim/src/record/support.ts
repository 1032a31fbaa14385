import type { DbfName } from "@epicube/ca";
import type { Engine } from "../process/engine.js";
import type { FieldValue, SimRecord } from "./record.js";
import { ANALOG_INPUT, ANALOG_OUTPUT } from "./types/analog.js";
import { ARRAY, PASSIVE_ARRAY } from "./types/array.js";
import { BINARY_INPUT, BINARY_OUTPUT } from "./types/binary.js";
import { CALC, CALCOUT } from "./types/calc.js";
import { DIRECT_INPUT, DIRECT_OUTPUT } from "./types/direct.js";
import { EVENT, FANOUT, SELECT, SEQUENCE, VALUE_FANOUT } from "./types/flow.js";
import { INTEGER_INPUT, INTEGER_OUTPUT } from "./types/integer.js";
import { MULTI_INPUT, MULTI_OUTPUT } from "./types/multi.js";
import { LONG_TEXT_INPUT, LONG_TEXT_OUTPUT, TEXT_INPUT, TEXT_OUTPUT } from "./types/text.js";

/** What a record type does. */
export interface RecordSupport {
  /** At the start: takes constants from links, compiles expressions. */
  init?(engine: Engine, record: SimRecord): void;
  /** Reads, computes, raises alarms, writes. Time stamp, posting and the forward link are the engine's. */
  process(engine: Engine, record: SimRecord): void;
  /** Own conversion of a value that is put; undefined leaves it to the field's type. */
  convert?(record: SimRecord, field: string, value: FieldValue): FieldValue | undefined;
  /** After a field was put. False where the value is kept but the put fails (an expression that does not compile). */
  changed?(engine: Engine, record: SimRecord, field: string): boolean;
  /** State names of an ENUM field. */
  enums?(record: SimRecord, field: string): readonly string[] | undefined;
  /** Type and count of a field whose type is not fixed. */
  served?(record: SimRecord, field: string): { readonly type: DbfName; readonly count: number } | undefined;
}

/** Does nothing but pass on: for record types whose own work needs code of the IOC's user. */
const VALUE_ONLY: RecordSupport = {
  process(_engine, record) {
    record.values.UDF = 0;
  },
};

/** The record types that are simulated. */
export const SUPPORT: Readonly<Record<string, RecordSupport>> = {
  ai: ANALOG_INPUT,
  ao: ANALOG_OUTPUT,
  bi: BINARY_INPUT,
  bo: BINARY_OUTPUT,
  longin: INTEGER_INPUT,
  longout: INTEGER_OUTPUT,
  int64in: INTEGER_INPUT,
  int64out: INTEGER_OUTPUT,
  stringin: TEXT_INPUT,
  stringout: TEXT_OUTPUT,
  lsi: LONG_TEXT_INPUT,
  lso: LONG_TEXT_OUTPUT,
  calc: CALC,
  calcout: CALCOUT,
  mbbi: MULTI_INPUT,
  mbbo: MULTI_OUTPUT,
  mbbiDirect: DIRECT_INPUT,
  mbboDirect: DIRECT_OUTPUT,
  waveform: ARRAY,
  aai: ARRAY,
  aao: ARRAY,
  compress: PASSIVE_ARRAY,
  histogram: PASSIVE_ARRAY,
  subArray: PASSIVE_ARRAY,
  fanout: FANOUT,
  dfanout: VALUE_FANOUT,
  seq: SEQUENCE,
  sel: SELECT,
  event: EVENT,
  sub: VALUE_ONLY,
  permissive: VALUE_ONLY,
  state: VALUE_ONLY,
};
