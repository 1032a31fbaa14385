import { createCipheriv, createDecipheriv, X509Certificate } from "node:crypto";
import type { Clock } from "@epicube/core";
import { bcrypt } from "../crypto/bcrypt.js";
import { certificateValue, makeCertificate } from "../crypto/certificate.js";
import { derivePassword } from "../crypto/derive-password.js";
import { firstPemBlock, generatePrivateKey, generateRsa, type PrivateKey, parsePrivateKey } from "../crypto/keys.js";
import { GoError } from "../errors/template-error.js";
import { decodeGo, encodeGo } from "../text/bytes.js";
import type { GoStruct, GoValue } from "../values/value.js";
import { decodeBase64 } from "./base-encoding.js";
import { defineFunction, type FunctionTable } from "./function.js";
import { toInt64 } from "./numbers.js";

const BCRYPT_COST = 10;
const BLOCK = 16;
const RSA_BITS = 2048;

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(encodeGo(password).subarray(0, 32));
  return key;
}

function decryptAes(password: string, text: string): string {
  if (text === "") return "";
  const bytes = decodeBase64(encodeGo(text));
  if (bytes.length < BLOCK) throw new GoError(`runtime error: slice bounds out of range [:${BLOCK}] with capacity ${bytes.length}`);
  if (bytes.length % BLOCK !== 0) throw new GoError("crypto/cipher: input not full blocks");
  const decipher = createDecipheriv("aes-256-cbc", aesKey(password), bytes.subarray(0, BLOCK)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]);
  if (plain.length === 0) throw new GoError("runtime error: index out of range [-1]");
  const end = plain.length - plain[plain.length - 1]!;
  if (end < 0) throw new GoError(`runtime error: slice bounds out of range [:${end}]`);
  return decodeGo(plain.subarray(0, end));
}

function named<T>(prefix: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`${prefix}: ${error.message}`);
    throw error;
  }
}

function buildCustomCertificate(cert64: string, key64: string): GoStruct {
  const decode = (text: string, what: string): string => {
    try {
      return decodeGo(decodeBase64(encodeGo(text)));
    } catch (error) {
      if (error instanceof GoError) throw new GoError(`unable to decode base64 ${what}`);
      throw error;
    }
  };
  const cert = decode(cert64, "certificate");
  const key = decode(key64, "private key");
  const block = firstPemBlock(cert);
  if (!block) throw new GoError("unable to decode certificate");
  try {
    new X509Certificate(block.der);
  } catch {
    throw new GoError("error parsing certificate: decodedCert.Bytes: x509: malformed certificate");
  }
  named("error parsing private key", () => parsePrivateKey(key));
  return certificateValue(cert, key);
}

/** Passwords, keys and certificates. RSA, DSA and EC keys come from node:crypto, whatever the random source given. */
export function cryptoFunctions(clock: Clock, randomBytes: (count: number) => Uint8Array): FunctionTable {
  const context = () => ({ nowSeconds: Math.floor(clock.nowMs() / 1000), randomBytes });
  const hash = (password: string): string => {
    try {
      return bcrypt(encodeGo(password), randomBytes(16), BCRYPT_COST);
    } catch (error) {
      if (error instanceof GoError) return `failed to encrypt string with bcrypt: ${error.message}`;
      throw error;
    }
  };
  const signerOf = (value: GoValue) => {
    const { fields } = value as GoStruct;
    return { cert: fields.get("Cert") as string, key: fields.get("Key") as string };
  };
  const givenKey = (pem: GoValue): PrivateKey => named("parsing private key", () => parsePrivateKey(pem as string));
  const authority = (name: GoValue, days: GoValue, key: PrivateKey) =>
    makeCertificate(
      { commonName: name as string, addresses: null, dnsNames: null, days: Number(toInt64(days)), isAuthority: true, key },
      context(),
    );
  const leaf = (args: readonly GoValue[], key: PrivateKey, signer?: { cert: string; key: string }) =>
    makeCertificate(
      {
        commonName: args[0] as string,
        addresses: args[1],
        dnsNames: args[2],
        days: Number(toInt64(args[3])),
        isAuthority: false,
        key,
        ...(signer ? { signer } : {}),
      },
      context(),
    );
  const leafParameters = ["string", "[]interface {}", "[]interface {}", "int"] as const;
  return {
    randBytes: defineFunction(["int"], ([count]) => {
      const size = Number(toInt64(count));
      if (size < 0 || size > 2 ** 28) throw new GoError("runtime error: makeslice: len out of range");
      return Buffer.from(randomBytes(size)).toString("base64");
    }),
    uuidv4: defineFunction([], () => {
      const bytes = Uint8Array.from(randomBytes(16));
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      return Buffer.from(bytes)
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    }),
    bcrypt: defineFunction(["string"], ([password]) => hash(password as string)),
    htpasswd: defineFunction(["string", "string"], ([user, password]) =>
      (user as string).includes(":") ? `invalid username: ${user}` : `${user}:${hash(password as string)}`,
    ),
    derivePassword: defineFunction(["uint32", "string", "string", "string", "string"], ([counter, kind, password, user, site]) =>
      derivePassword(Number(toInt64(counter)), kind as string, password as string, user as string, site as string),
    ),
    encryptAES: defineFunction(["string", "string"], ([password, text]) => {
      if (text === "") return "";
      const start = randomBytes(BLOCK);
      const cipher = createCipheriv("aes-256-cbc", aesKey(password as string), start);
      return Buffer.concat([start, cipher.update(encodeGo(text as string)), cipher.final()]).toString("base64");
    }),
    decryptAES: defineFunction(["string", "string"], ([password, text]) => decryptAes(password as string, text as string)),
    genPrivateKey: defineFunction(["string"], ([kind]) => generatePrivateKey(kind as string)),
    buildCustomCert: defineFunction(["string", "string"], ([cert, key]) => buildCustomCertificate(cert as string, key as string)),
    genCA: defineFunction(["string", "int"], ([name, days]) => authority(name, days, generateRsa(RSA_BITS))),
    genCAWithKey: defineFunction(["string", "int", "string"], ([name, days, key]) => authority(name, days, givenKey(key))),
    genSelfSignedCert: defineFunction([...leafParameters], (args) => leaf(args, generateRsa(RSA_BITS))),
    genSelfSignedCertWithKey: defineFunction([...leafParameters, "string"], (args) => leaf(args, givenKey(args[4]))),
    genSignedCert: defineFunction([...leafParameters, "sprig.certificate"], (args) => leaf(args, generateRsa(RSA_BITS), signerOf(args[4]))),
    genSignedCertWithKey: defineFunction([...leafParameters, "sprig.certificate", "string"], (args) =>
      leaf(args, givenKey(args[5]), signerOf(args[4])),
    ),
  };
}
