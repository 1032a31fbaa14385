/** Native types of a channel by number, in the order CREATE_CHAN uses. */
export const DBF_NAMES = ["STRING", "SHORT", "FLOAT", "ENUM", "CHAR", "LONG", "DOUBLE"] as const;
export type DbfName = (typeof DBF_NAMES)[number];

/** What comes with a value: nothing, alarm, alarm + time, alarm + display data, alarm + display and control data. */
export const DBR_CLASSES = ["plain", "sts", "time", "gr", "ctrl"] as const;
export type DbrClass = (typeof DBR_CLASSES)[number];

/** Bytes of one element, by native type. */
export const ELEMENT_BYTES: Readonly<Record<DbfName, number>> = { STRING: 40, SHORT: 2, FLOAT: 4, ENUM: 2, CHAR: 1, LONG: 4, DOUBLE: 8 };

/** Where the value begins in the structure, by class and native type (measured from the headers of EPICS base 7.0.8). */
const VALUE_OFFSET: Readonly<Record<DbrClass, Readonly<Record<DbfName, number>>>> = {
  plain: { STRING: 0, SHORT: 0, FLOAT: 0, ENUM: 0, CHAR: 0, LONG: 0, DOUBLE: 0 },
  sts: { STRING: 4, SHORT: 4, FLOAT: 4, ENUM: 4, CHAR: 5, LONG: 4, DOUBLE: 8 },
  time: { STRING: 12, SHORT: 14, FLOAT: 12, ENUM: 14, CHAR: 15, LONG: 12, DOUBLE: 16 },
  gr: { STRING: 4, SHORT: 24, FLOAT: 40, ENUM: 422, CHAR: 19, LONG: 36, DOUBLE: 64 },
  ctrl: { STRING: 4, SHORT: 28, FLOAT: 48, ENUM: 422, CHAR: 21, LONG: 44, DOUBLE: 80 },
};

/** One of the 39 DBR types. */
export interface DbrType {
  /** Number on the wire, 0..38. */
  readonly code: number;
  /** `DBR_TIME_DOUBLE`. */
  readonly name: string;
  /** Type of the elements. */
  readonly native: DbfName;
  readonly class: DbrClass | "put-ackt" | "put-acks" | "stsack" | "class-name";
  /** Bytes before the first element. */
  readonly offset: number;
  /** Bytes of one element. */
  readonly elementBytes: number;
}

const PREFIX: Readonly<Record<DbrClass, string>> = { plain: "", sts: "STS_", time: "TIME_", gr: "GR_", ctrl: "CTRL_" };

/** The 39 DBR types by number. */
export const DBR_TYPES: readonly DbrType[] = [
  ...DBR_CLASSES.flatMap((dbrClass, classIndex) =>
    DBF_NAMES.map((native, index) => ({
      code: classIndex * DBF_NAMES.length + index,
      name: `DBR_${PREFIX[dbrClass]}${native}`,
      native,
      class: dbrClass,
      offset: VALUE_OFFSET[dbrClass][native],
      elementBytes: ELEMENT_BYTES[native],
    })),
  ),
  { code: 35, name: "DBR_PUT_ACKT", native: "ENUM", class: "put-ackt", offset: 0, elementBytes: 2 },
  { code: 36, name: "DBR_PUT_ACKS", native: "ENUM", class: "put-acks", offset: 0, elementBytes: 2 },
  { code: 37, name: "DBR_STSACK_STRING", native: "STRING", class: "stsack", offset: 8, elementBytes: 40 },
  { code: 38, name: "DBR_CLASS_NAME", native: "STRING", class: "class-name", offset: 0, elementBytes: 40 },
];

/** The DBR type of a class and native type. */
export function dbrType(dbrClass: DbrClass, native: DbfName): DbrType {
  return DBR_TYPES[DBR_CLASSES.indexOf(dbrClass) * DBF_NAMES.length + DBF_NAMES.indexOf(native)]!;
}

/** Bytes of a DBR structure with `count` elements, without the padding to 8. */
export function dbrBytes(type: DbrType, count: number): number {
  return type.offset + count * type.elementBytes;
}
