/** Random numbers from a source of bytes, without modulo bias. */
export class RandomSource {
  readonly #bytes: (count: number) => Uint8Array;

  constructor(bytes: (count: number) => Uint8Array) {
    this.#bytes = bytes;
  }

  bytes(count: number): Uint8Array {
    return this.#bytes(count);
  }

  /** A whole number from 0 up to but not including `limit` (at most 2^48). */
  below(limit: number): number {
    const span = 2 ** 48;
    const usable = span - (span % limit);
    for (;;) {
      const bytes = this.#bytes(6);
      let value = 0;
      for (let i = 0; i < 6; i++) value = value * 256 + bytes[i]!;
      if (value < usable) return value % limit;
    }
  }

  /** A text of `count` characters of an alphabet. */
  text(count: number, alphabet: string): string {
    let text = "";
    for (let i = 0; i < count; i++) text += alphabet[this.below(alphabet.length)];
    return text;
  }
}
