import type { RecordedSeries } from './snapshot.ts';

/** A series as the reader knows it from reading to reading. */
export interface Interned extends RecordedSeries {
  /** The number of the reading that saw it last. */
  readAt: number;
  dropped: boolean;
}

/** The series of one reading, compared with those of the one before as they come. */
export class Page {
  readonly #before: readonly Interned[];
  /** Filled from the first difference on. */
  #series: Interned[] | undefined;
  #values: Float64Array;
  #length = 0;

  constructor(before: readonly Interned[]) {
    this.#before = before;
    this.#values = new Float64Array(Math.max(64, before.length + 16));
  }

  add(series: Interned, value: number): void {
    const at = this.#length++;
    if (at === this.#values.length) {
      const grown = new Float64Array(at * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = value;
    if (this.#series !== undefined) this.#series.push(series);
    else if (this.#before[at] !== series) this.#series = [...this.#before.slice(0, at), series];
  }

  finish(): { series: readonly Interned[]; values: Float64Array } {
    const whole = this.#series === undefined && this.#length === this.#before.length;
    const series = whole ? this.#before : (this.#series ?? this.#before.slice(0, this.#length));
    return { series, values: this.#values.slice(0, this.#length) };
  }
}
