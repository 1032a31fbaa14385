import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { GoError } from "../errors/template-error.js";
import { formatGo } from "../format/print.js";
import { GoStruct, type GoType, type GoValue } from "../values/value.js";
import { bitString, directoryString, element, integer, NULL, objectId, octetString, readElements, sequence, TRUE, time } from "./der.js";
import { certificatePem, firstPemBlock, type PrivateKey, parsePrivateKey } from "./keys.js";

const CERTIFICATE_TYPE: GoType = { name: "sprig.certificate" };
const DAY_SECONDS = 86_400;

/** What templates get: `.Cert` and `.Key`. */
export function certificateValue(cert: string, key: string): GoStruct {
  return new GoStruct(
    CERTIFICATE_TYPE,
    new Map<string, GoValue>([
      ["Cert", cert],
      ["Key", key],
    ]),
  );
}

/** What goes into a certificate. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly addresses: GoValue;
  readonly dnsNames: GoValue;
  readonly days: number;
  readonly isAuthority: boolean;
  readonly key: PrivateKey;
  /** Who signs; default the certificate's own key. */
  readonly signer?: { readonly cert: string; readonly key: string };
}

/** Time and randomness of a certificate. */
export interface CertificateContext {
  readonly nowSeconds: number;
  readonly randomBytes: (count: number) => Uint8Array;
}

function texts(value: GoValue, describe: (item: GoValue) => string): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => {
    if (typeof item !== "string") throw new GoError(describe(item));
    return item;
  });
}

function addressBytes(text: string): Uint8Array {
  if (isIP(text) === 0 || text.includes("%")) throw new GoError(`error parsing ip: ${text}`);
  if (isIPv4(text)) return Uint8Array.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::") as [string, string?];
  const groups = (part: string): number[] =>
    part === ""
      ? []
      : part.split(":").flatMap((group) => {
          if (!group.includes(".")) return [Number.parseInt(group, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const first = groups(head);
  const last = groups(tail ?? "");
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  const bytes = Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
  // An IPv4 address written as IPv6 is stored short.
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.subarray(12) : bytes;
}

function signatureAlgorithm(key: KeyObject): { readonly id: Uint8Array; readonly hash: string | null } {
  if (key.asymmetricKeyType === "rsa") return { id: sequence(objectId("1.2.840.113549.1.1.11"), NULL), hash: "sha256" };
  if (key.asymmetricKeyType === "ed25519") return { id: sequence(objectId("1.3.101.112")), hash: null };
  if (key.asymmetricKeyType === "ec") {
    const curve = key.asymmetricKeyDetails?.namedCurve;
    if (curve === "secp384r1") return { id: sequence(objectId("1.2.840.10045.4.3.3")), hash: "sha384" };
    if (curve === "secp521r1") return { id: sequence(objectId("1.2.840.10045.4.3.4")), hash: "sha512" };
    return { id: sequence(objectId("1.2.840.10045.4.3.2")), hash: "sha256" };
  }
  throw new GoError("error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported");
}

function extension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectId(id), ...(isCritical ? [TRUE] : []), octetString(value));
}

interface Issuer {
  readonly name: Uint8Array;
  readonly keyId: Uint8Array | undefined;
  readonly key: KeyObject;
}

/** Name and key identifier of the certificate that signs. */
function readIssuer(signer: { readonly cert: string; readonly key: string }): Issuer {
  const block = firstPemBlock(signer.cert);
  if (!block) throw new GoError("unable to decode certificate");
  let name: Uint8Array | undefined;
  let keyId: Uint8Array | undefined;
  try {
    const body = readElements(readElements(readElements(block.der)[0]!.content)[0]!.content);
    const from = body[0]!.tag === 0xa0 ? 1 : 0;
    name = body[from + 4]?.whole;
    const extensions = body.find((item) => item.tag === 0xa3);
    for (const item of extensions ? readElements(readElements(extensions.content)[0]!.content) : []) {
      const parts = readElements(item.content);
      if (Buffer.compare(parts[0]!.whole, objectId("2.5.29.14")) === 0) keyId = readElements(parts.at(-1)!.content)[0]?.content;
    }
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  }
  if (!name) throw new GoError("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate");
  try {
    return { name, keyId, key: parsePrivateKey(signer.key).key };
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`error parsing private key: ${error.message}`);
    throw error;
  }
}

/** Makes and signs a certificate as sprig does: serial of 128 random bits, valid from now. @throws GoError */
export function makeCertificate(request: CertificateRequest, context: CertificateContext): GoStruct {
  const addresses = texts(request.addresses, (item) => `error parsing ip: ${formatGo(item)} is not a string`).map(addressBytes);
  const dnsNames = texts(request.dnsNames, (item) => `error processing alternate dns name: ${formatGo(item)} is not a string`);
  const subject =
    request.commonName === "" ? sequence() : sequence(element(0x31, sequence(objectId("2.5.4.3"), directoryString(request.commonName))));
  const publicKey = createPublicKey(request.key.key).export({ type: "spki", format: "der" });
  const issuer = request.signer ? readIssuer(request.signer) : { name: subject, keyId: undefined, key: request.key.key };
  const algorithm = signatureAlgorithm(issuer.key);
  const keyBits = readElements(readElements(publicKey)[0]!.content)[1]!.content.subarray(1);
  const subjectKeyId = createHash("sha1").update(keyBits).digest();

  const extensions = [
    extension("2.5.29.15", true, bitString(Uint8Array.of(request.isAuthority ? 0xa4 : 0xa0), request.isAuthority ? 2 : 5)),
    extension("2.5.29.37", false, sequence(objectId("1.3.6.1.5.5.7.3.1"), objectId("1.3.6.1.5.5.7.3.2"))),
    extension("2.5.29.19", true, request.isAuthority ? sequence(TRUE) : sequence()),
  ];
  if (request.isAuthority) extensions.push(extension("2.5.29.14", false, octetString(subjectKeyId)));
  if (issuer.keyId) extensions.push(extension("2.5.29.35", false, sequence(element(0x80, issuer.keyId))));
  if (dnsNames.length + addresses.length > 0) {
    const names = [
      ...dnsNames.map((name) => element(0x82, Buffer.from(name, "utf8"))),
      ...addresses.map((address) => element(0x87, address)),
    ];
    extensions.push(extension("2.5.29.17", request.commonName === "", sequence(...names)));
  }
  const serial = BigInt("0x" + Buffer.from(context.randomBytes(16)).toString("hex"));
  const body = sequence(
    element(0xa0, integer(2n)),
    integer(serial),
    algorithm.id,
    issuer.name,
    sequence(time(context.nowSeconds), time(context.nowSeconds + request.days * DAY_SECONDS)),
    subject,
    publicKey,
    element(0xa3, sequence(...extensions)),
  );
  const signature = sign(algorithm.hash, body, issuer.key);
  return certificateValue(certificatePem(sequence(body, algorithm.id, bitString(signature))), request.key.pem);
}
