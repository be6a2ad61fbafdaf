/**
 * The numbers of one instrument's series in one growing typed array: `stride` of them for each series.
 * A slot given back is zeroed and used again.
 */
export class Cells {
  values: Float64Array;
  readonly stride: number;
  #next = 0;
  readonly #free: number[] = [];

  constructor(stride: number) {
    this.stride = stride;
    this.values = new Float64Array(stride * 4);
  }

  /** The offset of the first number of a slot whose numbers are all zero. */
  allocate(): number {
    const recycled = this.#free.pop();
    if (recycled !== undefined) return recycled;
    const offset = this.#next;
    this.#next += this.stride;
    if (this.#next > this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    return offset;
  }

  release(offset: number): void {
    this.values.fill(0, offset, offset + this.stride);
    this.#free.push(offset);
  }
}
