/** Writes bytes, varints and bits into a buffer that grows. Bits begin on a byte and are closed by `align`. */
export class BitWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** The bits that do not fill a byte yet, in the lowest places. */
  #pending = 0;
  #pendingBits = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written, as a copy; the writer is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** A whole number from 0 to 2^53, seven bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80000000) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A whole number of either sign, of at most 2^53. The sign comes last, so that doubling cannot lose a bit. */
  signed(value: number): void {
    const size = Math.abs(value);
    const sign = value < 0 ? 1 : 0;
    this.byte((size % 64) | (sign << 6) | (size >= 64 ? 128 : 0));
    if (size >= 64) this.varint(Math.floor(size / 64));
  }

  /** The lowest `count` bits of a value, 32 at most. */
  bits(value: number, count: number): void {
    let left = count;
    while (left > 0) {
      const taken = Math.min(left, 8 - this.#pendingBits);
      left -= taken;
      this.#pending = (this.#pending << taken) | ((value >>> left) & ((1 << taken) - 1));
      this.#pendingBits += taken;
      if (this.#pendingBits === 8) this.align();
    }
  }

  /** Fills the byte that was begun with zeros. */
  align(): void {
    if (this.#pendingBits === 0) return;
    this.byte(this.#pending << (8 - this.#pendingBits));
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  #grow(by: number): void {
    if (this.#length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
