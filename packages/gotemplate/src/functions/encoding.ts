import { createHash } from "node:crypto";
import { GoError } from "../errors/template-error.js";
import { decodeJson } from "../json/decode.js";
import { encodeJson, type JsonOptions } from "../json/encode.js";
import { decodeGo, encodeGo } from "../text/bytes.js";
import type { GoValue } from "../values/value.js";
import { decodeBase32, decodeBase64, encodeBase32 } from "./base-encoding.js";
import { defineFunction, type FunctionTable } from "./function.js";

/** The Adler-32 checksum of bytes. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

const hash = (algorithm: string) =>
  defineFunction(["string"], ([text]) =>
    createHash(algorithm)
      .update(encodeGo(text as string))
      .digest("hex"),
  );

/** sprig prints the error of a decoder where the text would stand. */
const decoder = (decode: (bytes: Uint8Array) => Uint8Array) =>
  defineFunction(["string"], ([text]) => {
    try {
      return decodeGo(decode(encodeGo(text as string)));
    } catch (error) {
      if (error instanceof GoError) return error.message;
      throw error;
    }
  });

/** The lenient form gives nothing where JSON cannot hold the value, the `must` form fails. */
const encoder = (options: JsonOptions, isStrict: boolean) =>
  defineFunction(["interface {}"], ([value]) => {
    try {
      return encodeJson(value, options);
    } catch (error) {
      if (isStrict || !(error instanceof GoError)) throw error;
      return "";
    }
  });

function lenientDecode(text: string): GoValue {
  try {
    return decodeJson(text);
  } catch (error) {
    if (error instanceof GoError) return null;
    throw error;
  }
}

/** Base64, base32, checksums and JSON. */
export const encodingFunctions: FunctionTable = {
  b64enc: defineFunction(["string"], ([text]) => Buffer.from(encodeGo(text as string)).toString("base64")),
  b64dec: decoder(decodeBase64),
  b32enc: defineFunction(["string"], ([text]) => encodeBase32(encodeGo(text as string))),
  b32dec: decoder(decodeBase32),
  sha1sum: hash("sha1"),
  sha256sum: hash("sha256"),
  sha512sum: hash("sha512"),
  adler32sum: defineFunction(["string"], ([text]) => String(adler32(encodeGo(text as string)))),
  toJson: encoder({}, false),
  mustToJson: encoder({}, true),
  toPrettyJson: encoder({ indent: "  " }, false),
  mustToPrettyJson: encoder({ indent: "  " }, true),
  toRawJson: encoder({ escapeHtml: false }, true),
  mustToRawJson: encoder({ escapeHtml: false }, true),
  fromJson: defineFunction(["string"], ([text]) => lenientDecode(text as string)),
  mustFromJson: defineFunction(["string"], ([text]) => decodeJson(text as string)),
};
