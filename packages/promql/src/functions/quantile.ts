import type { Annotations } from '../annotations.ts';
import type { Span } from '../syntax/position.ts';

/** Collects values and gives their quantiles, with one array for many rounds. */
export class QuantileBuffer {
  #values = new Float64Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** The φ-quantile, between two values in proportion. NaN sorts below all else, as Prometheus has it. */
  quantile(quantile: number): number {
    const count = this.#length;
    if (count === 0 || Number.isNaN(quantile)) return Number.NaN;
    if (quantile < 0) return -Infinity;
    if (quantile > 1) return Infinity;
    const values = this.#values.subarray(0, count).sort();
    let numbers = count;
    while (numbers > 0 && Number.isNaN(values[numbers - 1]!)) numbers--;
    const nans = count - numbers;
    const valueAt = (index: number) => (index < nans ? Number.NaN : values[index - nans]!);

    const rank = quantile * (count - 1);
    const lower = Math.max(0, Math.floor(rank));
    const upper = Math.min(count - 1, lower + 1);
    const weight = rank - Math.floor(rank);
    return valueAt(lower) * (1 - weight) + valueAt(upper) * weight;
  }
}

/** Remarks on a quantile that cannot be one. */
export function warnOfQuantile(annotations: Annotations, span: Span, quantile: number): void {
  if (quantile >= 0 && quantile <= 1) return;
  annotations.warn(span, `quantile value should be between 0 and 1, got ${quantile}`);
}
