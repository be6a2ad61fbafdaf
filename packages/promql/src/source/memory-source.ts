import { LabelSet } from '../labels/label-set.ts';
import type { Matcher } from '../labels/matcher.ts';
import type { SeriesData, SeriesSource } from './series-source.ts';
import { markStale } from './stale.ts';

/** A value to append: a number, or the word that ends a series. */
export type SampleValue = number | 'stale';

/**
 * Series held in memory, without a bound: for tests and for data that is already at hand.
 *
 * @example
 * const source = new MemorySource();
 * source.append({ __name__: 'up', job: 'api' }, Date.now(), 1);
 */
export class MemorySource implements SeriesSource {
  readonly #series = new Map<string, GrowingSeries>();

  /** Adds a sample, which must be later than the last of its series. */
  append(labels: Readonly<Record<string, string>>, timestamp: number, value: SampleValue): void {
    const set = LabelSet.from(labels);
    let series = this.#series.get(set.key);
    if (series === undefined) this.#series.set(set.key, (series = new GrowingSeries(set)));
    series.append(timestamp, value);
  }

  /** Adds series as they are, which must not be there yet. */
  add(...all: readonly SeriesData[]): void {
    for (const { labels, timestamps, values } of all) {
      const set = LabelSet.from(labels);
      if (this.#series.has(set.key)) throw new RangeError(`[telltale] [promql] series ${set} is there already`);
      this.#series.set(set.key, new GrowingSeries(set, Float64Array.from(timestamps), copyOf(values), values.length));
    }
  }

  async select(matchers: readonly Matcher[], from: number, to: number): Promise<readonly SeriesData[]> {
    const found: SeriesData[] = [];
    for (const series of this.#series.values()) {
      if (!matchers.every((matcher) => matcher.matches(series.labels.get(matcher.name)))) continue;
      const data = series.between(from, to);
      if (data.timestamps.length > 0) found.push(data);
    }
    return found;
  }
}

class GrowingSeries {
  readonly labels: LabelSet;
  readonly #record: Readonly<Record<string, string>>;
  #timestamps: Float64Array;
  #values: Float64Array;
  #length: number;

  constructor(labels: LabelSet, timestamps?: Float64Array, values?: Float64Array, length = 0) {
    this.labels = labels;
    this.#record = labels.toRecord();
    this.#timestamps = timestamps ?? new Float64Array(16);
    this.#values = values ?? new Float64Array(16);
    this.#length = length;
  }

  append(timestamp: number, value: SampleValue): void {
    const last = this.#timestamps[this.#length - 1];
    if (this.#length > 0 && timestamp <= last!) {
      throw new RangeError(
        `[telltale] [promql] sample of ${this.labels} at ${timestamp} is not later than the last at ${last}; append in order`,
      );
    }
    if (this.#length === this.#timestamps.length) {
      this.#timestamps = grown(this.#timestamps);
      this.#values = grown(this.#values);
    }
    this.#timestamps[this.#length] = timestamp;
    if (value === 'stale') markStale(this.#values, this.#length);
    else this.#values[this.#length] = value;
    this.#length++;
  }

  between(from: number, to: number): SeriesData {
    const first = firstAfter(this.#timestamps, this.#length, from, true);
    const end = firstAfter(this.#timestamps, this.#length, to, false);
    return {
      labels: this.#record,
      timestamps: this.#timestamps.subarray(first, end),
      values: this.#values.subarray(first, end),
    };
  }
}

/** The index of the first timestamp after `time`, or at it. */
function firstAfter(timestamps: Float64Array, length: number, time: number, orAt: boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const before = orAt ? timestamps[middle]! < time : timestamps[middle]! <= time;
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copies bytes where it can, since copying numbers may lose the pattern of a staleness marker. */
function copyOf(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values.slice() : Float64Array.from(values);
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(Math.max(16, array.length * 2));
  larger.set(array);
  return larger;
}
