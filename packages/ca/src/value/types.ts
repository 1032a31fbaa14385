import type { SeverityName, StatusName } from "../tables/alarms.js";

/** Numeric elements of a reading: SHORT Int16Array, FLOAT Float32Array, ENUM Uint16Array, CHAR Uint8Array, LONG Int32Array, DOUBLE Float64Array. */
export type NumericElements = Int16Array | Float32Array | Uint16Array | Uint8Array | Int32Array | Float64Array;
/** The elements of a value; STRING elements are strings. */
export type Elements = NumericElements | readonly string[];

/** Time in EPICS' epoch. `0/0` is "never": the record was not processed. */
export interface EpicsTimestamp {
  /** Seconds since 1990-01-01T00:00:00Z, 0..2^32-1. */
  readonly secondsPastEpoch: number;
  /** 0..999,999,999. */
  readonly nanoseconds: number;
}

/** Limits of a numeric channel; the control limits are there in class ctrl only. */
export interface ChannelLimits {
  readonly displayHigh: number;
  readonly displayLow: number;
  readonly alarmHigh: number;
  readonly warningHigh: number;
  readonly warningLow: number;
  readonly alarmLow: number;
  readonly controlHigh?: number;
  readonly controlLow?: number;
}

/** A DBR structure, decoded. What its class does not carry is absent. */
export interface DbrData {
  readonly elements: Elements;
  readonly status?: StatusName | number;
  readonly severity?: SeverityName | number;
  readonly timestamp?: EpicsTimestamp;
  readonly units?: string;
  /** Digits after the point, FLOAT and DOUBLE only. */
  readonly precision?: number;
  readonly enums?: readonly string[];
  readonly limits?: ChannelLimits;
  /** DBR_STSACK_STRING only: whether transient alarms need acknowledgement, and the highest severity not acknowledged. */
  readonly acknowledge?: { readonly transients: number; readonly severity: number };
}
