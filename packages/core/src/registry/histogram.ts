import {
  Instrument,
  type InstrumentHost,
  type InstrumentOptions,
  type MetricValue,
  refused,
  Series,
} from './instrument.ts';
import type { Labels } from './labels.ts';

/** Labels that tie one observation to a trace or a request. OpenMetrics allows 128 characters in all. */
export type ExemplarLabels = Readonly<Record<string, string>>;

/** The latest observation of a bucket that came with labels of its own. */
export interface Exemplar {
  readonly labels: ExemplarLabels;
  readonly value: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
}

/** HTTP latencies by OpenTelemetry's semantic conventions, in seconds. */
export const DEFAULT_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** One series of a histogram: a count for each bucket (the last is +Inf), then the sum. */
export class HistogramSeries extends Series {
  /** By bucket; made with the first exemplar. */
  exemplars: (Exemplar | undefined)[] | undefined;
  readonly #histogram: Histogram<readonly string[]>;

  constructor(histogram: Histogram<readonly string[]>, labelValues: readonly string[]) {
    super(labelValues);
    this.#histogram = histogram;
  }

  /** Records a finite number, with an exemplar if given; anything else is reported and not counted. */
  observe(value: number, exemplar?: ExemplarLabels): void {
    const { offset } = this;
    const histogram = this.#histogram;
    // A finite number minus itself is 0; NaN and the infinities give NaN.
    if (offset < 0 || typeof value !== 'number' || value - value !== 0) {
      histogram.observeSlowly(this, value, exemplar);
      return;
    }
    const { bounds } = histogram;
    const { values } = histogram.cells;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    values[offset + bucket]! += 1;
    values[offset + bounds.length + 1]! += value;
    this.moved = true;
    if (exemplar !== undefined) {
      this.exemplars ??= new Array(bounds.length + 1);
      this.exemplars[bucket] = { labels: exemplar, value, timestamp: histogram.host.now() };
    }
  }

  /** Starts a clock; the function that it returns observes the seconds since, and returns them. */
  startTimer(): () => number {
    const start = performance.now();
    return () => {
      const seconds = (performance.now() - start) / 1000;
      this.observe(seconds);
      return seconds;
    };
  }

  /** How many values were observed. */
  get count(): number {
    const { bounds, cells } = this.#histogram;
    let count = 0;
    if (this.offset >= 0) for (let i = 0; i <= bounds.length; i++) count += cells.values[this.offset + i]!;
    return count;
  }

  /** What the observed values add up to. */
  get sum(): number {
    const { bounds, cells } = this.#histogram;
    return this.offset < 0 ? 0 : cells.values[this.offset + bounds.length + 1]!;
  }
}

/** What a histogram is declared with. */
export interface HistogramOptions<N extends readonly string[]> extends InstrumentOptions<N> {
  /** Upper bounds, ascending, without +Inf. @default DEFAULT_BUCKETS (seconds of an HTTP request) */
  readonly buckets?: readonly number[];
}

/** How values are spread: durations in seconds, sizes in bytes. */
export class Histogram<N extends readonly string[] = readonly string[]> extends Instrument<N, HistogramSeries> {
  readonly type = 'histogram';
  /** Upper bounds without +Inf. */
  readonly bounds: Float64Array;

  constructor(options: HistogramOptions<N>, host: InstrumentHost) {
    const buckets = (options.buckets ?? DEFAULT_BUCKETS).filter((bound) => bound !== Number.POSITIVE_INFINITY);
    if (buckets.some((bound, i) => !Number.isFinite(bound) || (i > 0 && bound <= buckets[i - 1]!))) {
      throw refused(options.name, `its buckets [${buckets.join(', ')}] do not ascend`);
    }
    super(options, buckets.length + 2, host);
    this.bounds = Float64Array.from(buckets);
    if (this.labelNames.length === 0) this.place((this.unlabelled = this.createSeries([])));
  }

  /** Observes in the series without labels, or in the one named by `labels`. */
  observe(value: number): void;
  observe(labels: Labels<N>, value: number): void;
  observe(first: number | Labels<N>, value?: number): void {
    if (typeof first === 'object') this.labels(first).observe(value as number);
    else this.#bare()?.observe(first);
  }

  /** Starts a clock for the series without labels, or for the one named by `labels`. */
  startTimer(labels?: Labels<N>): () => number {
    const series = labels === undefined ? this.#bare() : this.labels(labels);
    return series?.startTimer() ?? (() => 0);
  }

  /** The way of a write that cannot be made at once: not a finite number, or a series that was dropped. */
  observeSlowly(series: HistogramSeries, value: number, exemplar: ExemplarLabels | undefined): void {
    if (!Number.isFinite(value)) {
      const given = typeof value === 'number' ? value : typeof value;
      this.host.reject(this.name, `observes finite numbers, not ${given}`);
    } else this.revive(series).observe(value, exemplar);
  }

  #bare(): HistogramSeries | undefined {
    if (this.unlabelled === undefined) this.host.reject(this.name, `needs its labels: ${this.labelNames.join(', ')}`);
    return this.unlabelled;
  }

  protected override place(series: HistogramSeries): void {
    series.exemplars = undefined;
    super.place(series);
  }

  protected override createSeries(labelValues: readonly string[]): HistogramSeries {
    return new HistogramSeries(this as unknown as Histogram, labelValues);
  }

  protected override valuesOf(series: HistogramSeries, labels: Record<string, string>): readonly MetricValue[] {
    const { name, bounds, cells } = this;
    const values: MetricValue[] = [];
    let cumulative = 0;
    for (let i = 0; i <= bounds.length; i++) {
      cumulative += cells.values[series.offset + i]!;
      const exemplar = series.exemplars?.[i];
      values.push({
        metricName: `${name}_bucket`,
        value: cumulative,
        labels: { ...labels, le: i < bounds.length ? bounds[i]! : '+Inf' },
        ...(exemplar && {
          exemplar: { labelSet: exemplar.labels, value: exemplar.value, timestamp: exemplar.timestamp / 1000 },
        }),
      });
    }
    values.push({ metricName: `${name}_sum`, value: series.sum, labels });
    values.push({ metricName: `${name}_count`, value: cumulative, labels });
    return values;
  }
}
