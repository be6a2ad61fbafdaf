import {
  Instrument,
  type InstrumentHost,
  type InstrumentOptions,
  type MetricValue,
  refused,
  Series,
} from './instrument.ts';
import type { Labels } from './labels.ts';

/** One series of a counter. */
export class CounterSeries extends Series {
  readonly #counter: Counter<readonly string[]>;

  constructor(counter: Counter<readonly string[]>, labelValues: readonly string[]) {
    super(labelValues);
    this.#counter = counter;
  }

  /** Adds a finite amount of zero or more; anything else is reported and not counted. */
  inc(amount = 1): void {
    const { offset } = this;
    if (offset >= 0 && isCount(amount)) {
      this.#counter.cells.values[offset]! += amount;
      this.moved = true;
    } else this.#counter.incSlowly(this, amount);
  }

  /** The count so far. */
  get value(): number {
    return this.offset < 0 ? 0 : this.#counter.cells.values[this.offset]!;
  }
}

/** A number that only goes up: requests, bytes, dollars. Its name ends in `_total`. */
export class Counter<N extends readonly string[] = readonly string[]> extends Instrument<N, CounterSeries> {
  readonly type = 'counter';

  constructor(options: InstrumentOptions<N>, host: InstrumentHost) {
    if (!options.name.endsWith('_total')) throw refused(options.name, 'the name of a counter ends in _total');
    super(options, 1, host);
    if (this.labelNames.length === 0) this.place((this.unlabelled = this.createSeries([])));
  }

  /** Adds to the series without labels, or to the one named by `labels`. */
  inc(amount?: number): void;
  inc(labels: Labels<N>, amount?: number): void;
  inc(first?: number | Labels<N>, amount?: number): void {
    if (typeof first === 'object') this.labels(first).inc(amount);
    else if (this.unlabelled !== undefined) this.unlabelled.inc(first);
    else this.host.reject(this.name, `needs its labels: ${this.labelNames.join(', ')}`);
  }

  /** The way of a write that cannot be made at once: a bad amount, or a series that was dropped. */
  incSlowly(series: CounterSeries, amount: number): void {
    if (!isCount(amount)) {
      const given = typeof amount === 'number' ? amount : typeof amount;
      this.host.reject(this.name, `counts up by finite numbers, not by ${given}`);
    } else this.revive(series).inc(amount);
  }

  protected override createSeries(labelValues: readonly string[]): CounterSeries {
    return new CounterSeries(this as unknown as Counter, labelValues);
  }

  protected override valuesOf(series: CounterSeries, labels: Record<string, string>): readonly MetricValue[] {
    return [{ value: series.value, labels }];
  }
}

function isCount(amount: number): boolean {
  return typeof amount === 'number' && amount >= 0 && amount < Number.POSITIVE_INFINITY;
}
