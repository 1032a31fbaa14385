import { createHmac, scryptSync } from "node:crypto";
import { encodeGo } from "../text/bytes.js";

/** Scope of the Master Password algorithm, version 3, which fixes these values. */
const SCOPE = "com.lyndir.masterpassword";
const SCRYPT = { N: 32768, r: 8, p: 2, maxmem: 256 * 1024 * 1024 };

/** Templates of each kind of password: each letter is a class of characters. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  maximum: ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
  long: (
    "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv " +
    "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv " +
    "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
  ).split(" "),
  medium: ["CvcnoCvc", "CvcCvcno"],
  short: ["Cvcn"],
  basic: ["aaanaaan", "aannaaan", "aaannaaa"],
  pin: ["nnnn"],
};

const VOWELS = "AEIOU";
const CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ";
const DIGITS = "0123456789";
const LETTERS = VOWELS + VOWELS.toLowerCase() + CONSONANTS + CONSONANTS.toLowerCase();
const CLASSES: Readonly<Record<string, string>> = {
  V: VOWELS,
  C: CONSONANTS,
  v: VOWELS.toLowerCase(),
  c: CONSONANTS.toLowerCase(),
  A: VOWELS + CONSONANTS,
  a: LETTERS,
  n: DIGITS,
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${LETTERS}${DIGITS}!@#$%^&*()`,
};

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** sprig's `derivePassword`: the same password for the same inputs, always. */
export function derivePassword(counter: number, kind: string, password: string, user: string, site: string): string {
  const templates = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (!templates) return `cannot find password template ${kind}`;
  const userBytes = encodeGo(user);
  const siteBytes = encodeGo(site);
  const salt = Buffer.concat([Buffer.from(SCOPE), word(userBytes.length), userBytes]);
  const key = scryptSync(encodeGo(password), salt, 64, SCRYPT);
  const seed = createHmac("sha256", key)
    .update(Buffer.concat([Buffer.from(SCOPE), word(siteBytes.length), siteBytes, word(counter)]))
    .digest();
  const template = templates[seed[0]! % templates.length]!;
  return [...template].map((letter, index) => CLASSES[letter]![seed[index + 1]! % CLASSES[letter]!.length]).join("");
}
