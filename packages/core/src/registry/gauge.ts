import { Instrument, type InstrumentHost, type InstrumentOptions, type MetricValue, Series } from './instrument.ts';
import type { Labels } from './labels.ts';

/** One series of a gauge. */
export class GaugeSeries extends Series {
  readonly #gauge: Gauge<readonly string[]>;

  constructor(gauge: Gauge<readonly string[]>, labelValues: readonly string[]) {
    super(labelValues);
    this.#gauge = gauge;
  }

  /** Sets the value; infinities and NaN are values too, as Prometheus has them. */
  set(value: number): void {
    const { offset } = this;
    if (offset >= 0 && typeof value === 'number') {
      this.#gauge.cells.values[offset] = value;
      this.moved = true;
    } else this.#gauge.writeSlowly(this, value, false);
  }

  inc(amount = 1): void {
    const { offset } = this;
    if (offset >= 0 && typeof amount === 'number') {
      this.#gauge.cells.values[offset]! += amount;
      this.moved = true;
    } else this.#gauge.writeSlowly(this, amount, true);
  }

  dec(amount = 1): void {
    this.inc(typeof amount === 'number' ? -amount : amount);
  }

  /** Sets the value to the time now, in seconds since the Unix epoch. */
  setToCurrentTime(): void {
    this.set(this.#gauge.host.now() / 1000);
  }

  get value(): number {
    return this.offset < 0 ? 0 : this.#gauge.cells.values[this.offset]!;
  }
}

/** A number that goes up and down: requests in flight, queue depth, a temperature. */
export class Gauge<N extends readonly string[] = readonly string[]> extends Instrument<N, GaugeSeries> {
  readonly type = 'gauge';

  constructor(options: InstrumentOptions<N>, host: InstrumentHost) {
    super(options, 1, host);
    if (this.labelNames.length === 0) this.place((this.unlabelled = this.createSeries([])));
  }

  /** Sets the series without labels, or the one named by `labels`. */
  set(value: number): void;
  set(labels: Labels<N>, value: number): void;
  set(first: number | Labels<N>, value?: number): void {
    if (typeof first === 'object') this.labels(first).set(value as number);
    else this.#bare()?.set(first);
  }

  inc(amount?: number): void;
  inc(labels: Labels<N>, amount?: number): void;
  inc(first?: number | Labels<N>, amount?: number): void {
    if (typeof first === 'object') this.labels(first).inc(amount);
    else this.#bare()?.inc(first);
  }

  dec(amount?: number): void;
  dec(labels: Labels<N>, amount?: number): void;
  dec(first?: number | Labels<N>, amount?: number): void {
    if (typeof first === 'object') this.labels(first).dec(amount);
    else this.#bare()?.dec(first);
  }

  /** The way of a write that cannot be made at once: not a number, or a series that was dropped. */
  writeSlowly(series: GaugeSeries, value: number, add: boolean): void {
    if (typeof value !== 'number') this.host.reject(this.name, `holds numbers, not ${typeof value}`);
    else if (add) this.revive(series).inc(value);
    else this.revive(series).set(value);
  }

  #bare(): GaugeSeries | undefined {
    if (this.unlabelled === undefined) this.host.reject(this.name, `needs its labels: ${this.labelNames.join(', ')}`);
    return this.unlabelled;
  }

  protected override createSeries(labelValues: readonly string[]): GaugeSeries {
    return new GaugeSeries(this as unknown as Gauge, labelValues);
  }

  protected override valuesOf(series: GaugeSeries, labels: Record<string, string>): readonly MetricValue[] {
    return [{ value: series.value, labels }];
  }
}
