import { GoError } from "../errors/template-error.js";
import { Blowfish } from "./blowfish.js";

const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** "OrpheanBeholderScryDoubt" */
const SECRET = [0x4f727068, 0x65616e42, 0x65686f6c, 0x64657253, 0x63727944, 0x6f756274];
const MAX_PASSWORD = 72;

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("base64")
    .replace(/=+$/, "")
    .replace(/./g, (char) => ALPHABET[STANDARD.indexOf(char)]!);
}

/** A bcrypt hash (`$2a$`). `cost` is the power of two of the rounds; `salt` has 16 bytes. @throws GoError for a password over 72 bytes */
export function bcrypt(password: Uint8Array, salt: Uint8Array, cost: number): string {
  if (password.length > MAX_PASSWORD) throw new GoError("bcrypt: password length exceeds 72 bytes");
  const key = Uint8Array.of(...password, 0);
  const cipher = new Blowfish();
  cipher.expand(key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key);
    cipher.expand(salt);
  }
  const out = new DataView(new ArrayBuffer(24));
  for (let i = 0; i < 6; i += 2) {
    const [left, right] = cipher.encryptBlock(SECRET[i]!, SECRET[i + 1]!, 64);
    out.setUint32(i * 4, left);
    out.setUint32(i * 4 + 4, right);
  }
  return `$2a$${String(cost).padStart(2, "0")}$${encode(salt)}${encode(new Uint8Array(out.buffer, 0, 23))}`;
}
