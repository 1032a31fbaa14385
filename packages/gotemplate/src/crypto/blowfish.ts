/** Words of Blowfish's tables: the first 1042 × 32 bits of pi after the point. */
const P_WORDS = 18;
const WORDS = P_WORDS + 4 * 256;

let initial: Uint32Array | undefined;

function arcTangent(inverse: bigint, one: bigint): bigint {
  const square = inverse * inverse;
  let power = one / inverse;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}

/** Computed once, by Machin's formula, with bits to spare. */
function piWords(): Uint32Array {
  if (initial) return initial;
  const spare = 64n;
  const bits = BigInt(WORDS * 32);
  const one = 1n << (bits + spare);
  const pi = 4n * (4n * arcTangent(5n, one) - arcTangent(239n, one));
  const hex = ((pi >> spare) & ((1n << bits) - 1n)).toString(16).padStart(WORDS * 8, "0");
  initial = Uint32Array.from({ length: WORDS }, (_, index) => Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16));
  return initial;
}

/** Blowfish with the key schedule of bcrypt. */
export class Blowfish {
  readonly #p: Uint32Array;
  readonly #s: Uint32Array;
  #left = 0;
  #right = 0;

  constructor() {
    const words = piWords();
    this.#p = words.slice(0, P_WORDS);
    this.#s = words.slice(P_WORDS);
  }

  #encrypt(): void {
    const p = this.#p;
    const s = this.#s;
    let left = this.#left;
    let right = this.#right;
    for (let round = 0; round < 16; round += 2) {
      left ^= p[round]!;
      right ^= (((s[left >>> 24]! + s[256 + ((left >>> 16) & 255)]!) ^ s[512 + ((left >>> 8) & 255)]!) + s[768 + (left & 255)]!) | 0;
      right ^= p[round + 1]!;
      left ^= (((s[right >>> 24]! + s[256 + ((right >>> 16) & 255)]!) ^ s[512 + ((right >>> 8) & 255)]!) + s[768 + (right & 255)]!) | 0;
    }
    this.#left = (right ^ p[17]!) >>> 0;
    this.#right = (left ^ p[16]!) >>> 0;
  }

  /** Mixes a key, and a salt if there is one, into the tables. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const cycle = (bytes: Uint8Array) => {
      let at = 0;
      return () => {
        let word = 0;
        for (let i = 0; i < 4; i++) {
          word = (word << 8) | bytes[at]!;
          at = (at + 1) % bytes.length;
        }
        return word;
      };
    };
    const keyWord = cycle(key);
    for (let i = 0; i < P_WORDS; i++) this.#p[i]! ^= keyWord();
    const saltWord = salt ? cycle(salt) : () => 0;
    this.#left = 0;
    this.#right = 0;
    for (const table of [this.#p, this.#s]) {
      for (let i = 0; i < table.length; i += 2) {
        this.#left = (this.#left ^ saltWord()) >>> 0;
        this.#right = (this.#right ^ saltWord()) >>> 0;
        this.#encrypt();
        table[i] = this.#left;
        table[i + 1] = this.#right;
      }
    }
  }

  /** Encrypts a block of two words `times` times over. */
  encryptBlock(left: number, right: number, times: number): [number, number] {
    this.#left = left;
    this.#right = right;
    for (let i = 0; i < times; i++) this.#encrypt();
    return [this.#left, this.#right];
  }
}
