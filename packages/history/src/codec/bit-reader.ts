/** Reads what `BitWriter` wrote. Past the end it reads zeros, so that damaged data give wrong values and no endless loop. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The next bits, from the highest place on. */
  #window = 0;
  #windowBits = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Where the next byte is read, while no bits are. */
  get position(): number {
    return this.#at;
  }

  /** Goes so many bytes further. */
  skip(bytes: number): void {
    this.#at += bytes;
  }

  byte(): number {
    return this.#at < this.#bytes.length ? this.#bytes[this.#at++]! : 0;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value;
  }

  signed(): number {
    const first = this.byte();
    const size = (first & 63) + (first >= 128 ? this.varint() * 64 : 0);
    return (first & 64) === 0 ? size : -size;
  }

  /** So many bits, 32 at most, as a number of zero or more. */
  bits(count: number): number {
    if (count > 24) return this.bits(count - 16) * 65_536 + this.bits(16);
    if (count === 0) return 0;
    if (this.#windowBits < count) this.#fill();
    const value = this.#window >>> (32 - count);
    this.#window <<= count;
    this.#windowBits -= count;
    return value;
  }

  /** How many ones stand before the next zero, which is read too; `limit` ones, 20 at most, need no zero. */
  ones(limit: number): number {
    if (this.#windowBits < 24) this.#fill();
    const ones = Math.clz32(~this.#window);
    const read = ones >= limit ? limit : ones + 1;
    this.#window <<= read;
    this.#windowBits -= read;
    return Math.min(ones, limit);
  }

  #fill(): void {
    while (this.#windowBits <= 24) {
      const byte = this.#at < this.#bytes.length ? this.#bytes[this.#at]! : 0;
      this.#at++;
      this.#window |= byte << (24 - this.#windowBits);
      this.#windowBits += 8;
    }
  }
}
