/**
 * The structures of the 39 DBR types, field by field, written down apart from the offsets of the code under test:
 * `S` u16, `s` i16, `I` u32, `_` a pad byte, `U` units (8 bytes), `E` state names (16 x 26 bytes), `L6`/`L8` limits of the native type.
 */
export const LAYOUTS: Readonly<Record<string, string>> = {
  DBR_STRING: "",
  DBR_SHORT: "",
  DBR_FLOAT: "",
  DBR_ENUM: "",
  DBR_CHAR: "",
  DBR_LONG: "",
  DBR_DOUBLE: "",
  DBR_STS_STRING: "SS",
  DBR_STS_SHORT: "SS",
  DBR_STS_FLOAT: "SS",
  DBR_STS_ENUM: "SS",
  DBR_STS_CHAR: "SS_",
  DBR_STS_LONG: "SS",
  DBR_STS_DOUBLE: "SS____",
  DBR_TIME_STRING: "SSII",
  DBR_TIME_SHORT: "SSII__",
  DBR_TIME_FLOAT: "SSII",
  DBR_TIME_ENUM: "SSII__",
  DBR_TIME_CHAR: "SSII___",
  DBR_TIME_LONG: "SSII",
  DBR_TIME_DOUBLE: "SSII____",
  DBR_GR_STRING: "SS",
  DBR_GR_SHORT: "SSUL6",
  DBR_GR_FLOAT: "SSs__UL6",
  DBR_GR_ENUM: "SSSE",
  DBR_GR_CHAR: "SSUL6_",
  DBR_GR_LONG: "SSUL6",
  DBR_GR_DOUBLE: "SSs__UL6",
  DBR_CTRL_STRING: "SS",
  DBR_CTRL_SHORT: "SSUL8",
  DBR_CTRL_FLOAT: "SSs__UL8",
  DBR_CTRL_ENUM: "SSSE",
  DBR_CTRL_CHAR: "SSUL8_",
  DBR_CTRL_LONG: "SSUL8",
  DBR_CTRL_DOUBLE: "SSs__UL8",
  DBR_PUT_ACKT: "",
  DBR_PUT_ACKS: "",
  DBR_STSACK_STRING: "SSSS",
  DBR_CLASS_NAME: "",
};

const WRITERS: Readonly<Record<string, (value: number) => Buffer>> = {
  SHORT: (value) => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
  },
  FLOAT: (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return bytes;
  },
  ENUM: (value) => {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(value);
    return bytes;
  },
  CHAR: (value) => Buffer.from([value]),
  LONG: (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
  DOUBLE: (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
};

/** One element on the wire. */
export function elementBytes(native: string, value: number | string): Buffer {
  if (native !== "STRING") return WRITERS[native]!(value as number);
  const bytes = Buffer.alloc(40);
  bytes.write(value as string, 0, 39, "utf8");
  return bytes;
}

/** What the fields of a structure hold. */
export interface LayoutValues {
  readonly shorts: readonly number[];
  readonly longs: readonly number[];
  readonly precision: number;
  readonly units: string;
  readonly states: readonly string[];
  readonly limits: readonly number[];
}

/** Writes a structure by its layout, padded with zeros to 8. */
export function layoutBytes(name: string, native: string, values: LayoutValues, elements: readonly (number | string)[]): Buffer {
  const parts: Buffer[] = [];
  const shorts = [...values.shorts];
  const longs = [...values.longs];
  for (const code of LAYOUTS[name]!.match(/L\d|./g) ?? []) {
    if (code === "S") parts.push(WRITERS.ENUM!(shorts.shift() ?? 0));
    else if (code === "s") parts.push(WRITERS.SHORT!(values.precision));
    else if (code === "I") {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(longs.shift() ?? 0);
      parts.push(bytes);
    } else if (code === "_") parts.push(Buffer.alloc(1));
    else if (code === "U") {
      const bytes = Buffer.alloc(8);
      bytes.write(values.units.slice(0, 7));
      parts.push(bytes);
    } else if (code === "E")
      for (let index = 0; index < 16; index++) {
        const bytes = Buffer.alloc(26);
        bytes.write(values.states[index] ?? "");
        parts.push(bytes);
      }
    else for (const limit of values.limits.slice(0, Number(code[1]))) parts.push(WRITERS[native]!(limit));
  }
  const body = Buffer.concat([...parts, ...elements.map((element) => elementBytes(native, element))]);
  return Buffer.concat([body, Buffer.alloc((8 - (body.length % 8)) % 8)]);
}
