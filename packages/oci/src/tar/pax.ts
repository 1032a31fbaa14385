import { EpicubeError } from "@epicube/core";

/** Encodes pax records, sorted by key. A record is `LENGTH KEY=VALUE\n`, its length counting itself. */
export function encodePaxRecords(records: ReadonlyMap<string, string | Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  for (const key of [...records.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const value = records.get(key)!;
    const body = Buffer.concat([Buffer.from(` ${key}=`), typeof value === "string" ? Buffer.from(value) : value, Buffer.from("\n")]);
    let length = body.length + 1;
    while (String(length).length + body.length !== length) length = String(length).length + body.length;
    parts.push(Buffer.from(String(length)), body);
  }
  return Buffer.concat(parts);
}

/** Reads pax records; values stay bytes. @throws EpicubeError TAR_PAX */
export function decodePaxRecords(content: Uint8Array): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  const fail = (why: string): never => {
    throw new EpicubeError("TAR_PAX", `a pax header is wrong: ${why}`);
  };
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    if (space === -1 || space === at || space - at > 10) return fail("a record has no length");
    const digits = Buffer.from(content.subarray(at, space)).toString("latin1");
    if (!/^[1-9][0-9]*$/.test(digits)) return fail("a length is no number");
    const end = at + Number(digits);
    if (end > content.length || end <= space + 1) return fail("a record is longer than the header");
    if (content[end - 1] !== 0x0a) return fail("a record does not end with a newline");
    const equals = content.indexOf(0x3d, space + 1);
    if (equals === -1 || equals >= end || equals === space + 1) return fail("a record has no key");
    records.set(Buffer.from(content.subarray(space + 1, equals)).toString("utf8"), content.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}
