import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { GoError } from "../errors/template-error.js";
import { integer, integerValue, readElements, sequence } from "./der.js";

/** A private key and the PEM text that sprig gives for it. */
export interface PrivateKey {
  readonly key: KeyObject;
  readonly pem: string;
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let power = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * power) % modulus;
    power = (power * power) % modulus;
  }
  return result;
}

function pemOf(type: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join("\n")}\n-----END ${type}-----\n`;
}

/** A certificate as PEM. */
export function certificatePem(der: Uint8Array): string {
  return pemOf("CERTIFICATE", der);
}

/** The old OpenSSL form of DSA keys, which node does not write: version, P, Q, G, Y, X. */
function dsaPem(key: KeyObject): string {
  const outer = readElements(readElements(key.export({ type: "pkcs8", format: "der" }))[0]!.content);
  const parameters = readElements(readElements(outer[1]!.content)[1]!.content).map(integerValue);
  const [p, q, g] = parameters as [bigint, bigint, bigint];
  const x = integerValue(readElements(outer[2]!.content)[0]);
  return pemOf("DSA PRIVATE KEY", sequence(integer(0n), integer(p), integer(q), integer(g), integer(powerModulo(g, x, p)), integer(x)));
}

/** PEM of a key in the form Go writes for its kind. */
export function privateKeyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }) as string;
    case "ec":
      return key.export({ type: "sec1", format: "pem" }) as string;
    case "dsa":
      return dsaPem(key);
    default:
      return key.export({ type: "pkcs8", format: "pem" }) as string;
  }
}

/** An RSA key for certificates. */
export function generateRsa(bits: number): PrivateKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return { key: privateKey, pem: privateKeyPem(privateKey) };
}

/** `genPrivateKey`: an unknown kind is answered by a text, as sprig does. */
export function generatePrivateKey(kind: string): string {
  switch (kind) {
    case "":
    case "rsa":
      return generateRsa(4096).pem;
    case "dsa":
      return privateKeyPem(generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).privateKey);
    case "ecdsa":
      return privateKeyPem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    case "ed25519":
      return privateKeyPem(generateKeyPairSync("ed25519").privateKey);
    default:
      return `Unknown type ${kind}`;
  }
}

/** First PEM block of a text. */
export function firstPemBlock(text: string): { readonly type: string; readonly der: Uint8Array } | undefined {
  const match = /-----BEGIN ([^-\n]+)-----\n([A-Za-z0-9+/=\s]*?)\n?-----END \1-----/.exec(text);
  return match ? { type: match[1]!, der: new Uint8Array(Buffer.from(match[2]!, "base64")) } : undefined;
}

/** Reads a private key. @throws GoError */
export function parsePrivateKey(pem: string): PrivateKey {
  const block = firstPemBlock(pem);
  if (!block) throw new GoError("no PEM data in input");
  if (block.type !== "PRIVATE KEY" && !block.type.endsWith(" PRIVATE KEY")) {
    throw new GoError(`no private key data in PEM block of type ${block.type}`);
  }
  const kind = block.type.slice(0, -" PRIVATE KEY".length);
  if (block.type !== "PRIVATE KEY" && !["RSA", "EC", "DSA"].includes(kind)) throw new GoError(`invalid private key type ${kind}`);
  try {
    const key = createPrivateKey(pem);
    return { key, pem: privateKeyPem(key) };
  } catch {
    const what = block.type === "PRIVATE KEY" ? "decoding PEM as PKCS#8" : `parsing ${kind} private key from PEM`;
    throw new GoError(`${what}: the key cannot be read`);
  }
}
