import { TelltaleError } from '../errors.ts';
import { Cells } from './cells.ts';
import {
  acceptLabelText,
  isLabelName,
  type Labels,
  type LabelTuple,
  type LabelValue,
  labelText,
  OVERFLOW,
} from './labels.ts';

/** How prom-client joins the series of several processes. */
export type Aggregator = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

/** What an instrument is declared with. */
export interface InstrumentOptions<N extends readonly string[]> {
  /** A Prometheus metric name; counters end in `_total`, and a unit is a base unit. */
  readonly name: string;
  readonly help: string;
  /** @default [] */
  readonly labelNames?: N;
  /** Series past this number share one overflow series. @default the registry's own limit (2,000) */
  readonly seriesLimit?: number;
  /** @default 'sum' */
  readonly aggregator?: Aggregator;
  /** Called before each scrape, to set values that are read rather than counted. */
  readonly collect?: () => void | Promise<void>;
}

/** One value of a metric in prom-client's registry protocol. */
export interface MetricValue {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  readonly metricName?: string;
  readonly exemplar?: unknown;
}

/** What `get()` answers in prom-client's registry protocol. */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator?: string;
  readonly values: readonly MetricValue[];
}

/** What an instrument needs of the registry it belongs to. */
export interface InstrumentHost {
  readonly seriesLimit: number;
  readonly enabled: boolean;
  /** Labels that every series has unless its instrument declares the name itself. */
  readonly defaultLabels: Readonly<Record<string, string>>;
  now(): number;
  /** Bad input to an instrument: reported, never thrown. */
  reject(name: string, problem: string): void;
  overflowed(name: string): void;
}

/** One set of label values and its numbers. Holding on to it saves the look-up; it stays usable for ever. */
export abstract class Series {
  readonly labelValues: readonly string[];
  /** Where its numbers are, or -1 after it was dropped for want of movement. */
  offset = -1;
  /** Set by every write, cleared by the sweep that drops series which have not moved. */
  moved = true;
  movedAt = 0;
  /** Text that the exposition builds once. */
  cachedPrefix: string | undefined;

  constructor(labelValues: readonly string[]) {
    this.labelValues = labelValues;
  }
}

interface LabelNode extends Map<string, LabelNode | Series> {}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Marks an instrument of ours, whichever installed copy it is from. */
export const INSTRUMENT: unique symbol = Symbol.for('telltale.v1.instrument') as never;

/** What the three kinds share: the series by label values, their limit, their age, and prom-client's protocol. */
export abstract class Instrument<N extends readonly string[], S extends Series> {
  readonly [INSTRUMENT] = true;
  abstract readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: N;
  readonly aggregator: Aggregator;
  readonly collect: (() => void | Promise<void>) | undefined;
  /** Every live series, in the order of their birth. */
  readonly series: S[] = [];
  readonly cells: Cells;
  readonly host: InstrumentHost;
  /** The series without labels, there from the start; an instrument with labels has none. */
  protected unlabelled: S | undefined;
  readonly #seriesLimit: number | undefined;
  readonly #root: LabelNode = new Map() as LabelNode;
  #overflow: S | undefined;

  constructor(options: InstrumentOptions<N>, stride: number, host: InstrumentHost) {
    const { name, help, labelNames = [] as unknown as N, collect } = options;
    if (!METRIC_NAME.test(name)) throw refused(name, `"${name}" is not a metric name (letters, digits, _ and :)`);
    if (typeof help !== 'string' || help === '') throw refused(name, 'a help text is missing');
    for (const label of labelNames) {
      if (!isLabelName(label) || label === 'le' || label === 'quantile') {
        throw refused(name, `"${label}" is not a label name (letters, digits and _, not le, quantile or __…)`);
      }
    }
    if (new Set(labelNames).size !== labelNames.length) throw refused(name, 'a label is declared twice');
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.aggregator = options.aggregator ?? 'sum';
    this.#seriesLimit = options.seriesLimit;
    this.collect = collect;
    this.cells = new Cells(stride);
    this.host = host;
  }

  get seriesLimit(): number {
    return this.#seriesLimit ?? this.host.seriesLimit;
  }

  /** A new, unplaced series of this kind. */
  protected abstract createSeries(labelValues: readonly string[]): S;
  /** The values of one series for prom-client's protocol. */
  protected abstract valuesOf(series: S, labels: Record<string, string>): readonly MetricValue[];

  /**
   * The series for these label values, made if it is new. Values come by name or in declared order. What is
   * past the series limit goes to the overflow series; an unknown label name is reported and left out.
   */
  labels(labels: Labels<N>): S;
  labels(...values: LabelTuple<N>): S;
  labels(...values: readonly unknown[]): S {
    const first = values[0];
    if (typeof first === 'object' && first !== null) return this.#byName(first as Labels<N>);
    const depth = this.labelNames.length;
    if (depth === 0) return this.unlabelled!;
    // One by one: for a loop V8 would make an array of them, which costs as much as two look-ups.
    let node: LabelNode | Series | undefined = this.#root.get(labelText(first as LabelValue));
    if (depth > 1) node = (node as LabelNode | undefined)?.get(labelText(values[1] as LabelValue));
    if (depth > 2) node = (node as LabelNode | undefined)?.get(labelText(values[2] as LabelValue));
    if (depth > 3) node = (node as LabelNode | undefined)?.get(labelText(values[3] as LabelValue));
    return node === undefined || depth > 4 ? this.#findOrCreate(...values) : (node as S);
  }

  /** Forgets one series. A handle that is still held starts it anew when it is next used. */
  remove(labels: Labels<N>): void {
    const series = this.series.find((each) =>
      this.labelNames.every((name, i) => each.labelValues[i] === labelText(labels[name as N[number]])),
    );
    if (series === undefined || series === this.unlabelled) return;
    this.series.splice(this.series.indexOf(series), 1);
    this.#forget(series);
  }

  /** Forgets every series; the one without labels goes back to zero. */
  reset(): void {
    for (const series of this.series) this.#forget(series);
    this.series.length = 0;
    if (this.unlabelled !== undefined) this.place(this.unlabelled);
  }

  /** Drops the series that have not moved for `ttl` milliseconds. The overflow series stays. */
  sweep(ttl: number): void {
    const now = this.host.now();
    let kept = 0;
    for (const series of this.series) {
      if (series.moved) {
        series.moved = false;
        series.movedAt = now;
      }
      const stays = now - series.movedAt < ttl || series === this.unlabelled || series === this.#overflow;
      if (stays) this.series[kept++] = series;
      else this.#forget(series);
    }
    this.series.length = kept;
  }

  /** prom-client's registry protocol. */
  async get(): Promise<MetricSnapshot> {
    await this.collect?.();
    const { name, help, type, aggregator } = this;
    const values: MetricValue[] = [];
    for (const series of this.series) {
      const labels: Record<string, string> = {};
      for (let i = 0; i < this.labelNames.length; i++) {
        if (series.labelValues[i] !== '') labels[this.labelNames[i]!] = series.labelValues[i]!;
      }
      for (const [label, value] of Object.entries(this.host.defaultLabels)) {
        if (!this.labelNames.includes(label)) labels[label] = value;
      }
      values.push(...this.valuesOf(series, labels));
    }
    return { name, help, type, aggregator, values };
  }

  /**
   * The series that a write through `series` belongs to. A dropped series takes its place again, unless another
   * handle for the same labels was there first.
   */
  protected revive(series: S): S {
    const current = this.#find(series.labelValues);
    if (current !== undefined) return current;
    if (this.series.length >= this.seriesLimit) return this.#overflowSeries();
    this.#insert(series);
    return series;
  }

  protected place(series: S): void {
    series.offset = this.cells.allocate();
    series.moved = true;
    this.series.push(series);
  }

  #byName(labels: Labels<N>): S {
    const names = this.labelNames;
    for (const name in labels) {
      if (names.includes(name)) continue;
      this.host.reject(this.name, `has no label "${name}", only ${names.join(', ') || 'none'}`);
    }
    let node: LabelNode | Series | undefined = this.unlabelled ?? this.#root;
    for (let i = 0; i < names.length; i++) {
      node = (node as LabelNode).get(labelText(labels[names[i] as N[number]]));
      if (node === undefined) return this.#findOrCreate(...names.map((name) => labels[name as N[number]]));
    }
    return node as S;
  }

  #findOrCreate(...values: readonly unknown[]): S {
    const accepted = this.labelNames.map((_, i) => acceptLabelText(labelText(values[i] as LabelValue)));
    const known = this.#find(accepted);
    if (known !== undefined) return known;
    if (this.series.length >= this.seriesLimit) return this.#overflowSeries();
    const series = this.createSeries(accepted);
    this.#insert(series);
    return series;
  }

  #overflowSeries(): S {
    this.host.overflowed(this.name);
    if (this.#overflow === undefined || this.#overflow.offset < 0) {
      const labelValues = this.labelNames.map(() => OVERFLOW);
      this.#overflow = this.#find(labelValues) ?? this.createSeries(labelValues);
      if (this.#overflow.offset < 0) this.#insert(this.#overflow);
    }
    return this.#overflow;
  }

  #find(labelValues: readonly string[]): S | undefined {
    let node: LabelNode | Series | undefined = this.#root;
    for (const value of labelValues) node = (node as LabelNode | undefined)?.get(value);
    return node instanceof Series ? (node as S) : undefined;
  }

  #insert(series: S): void {
    const { labelValues } = series;
    let node = this.#root;
    for (let i = 0; i < labelValues.length - 1; i++) {
      const value = labelValues[i]!;
      let child = node.get(value) as LabelNode | undefined;
      if (child === undefined) node.set(value, (child = new Map() as LabelNode));
      node = child;
    }
    node.set(labelValues[labelValues.length - 1]!, series);
    this.place(series);
  }

  /** Takes a series out of everything but the list. */
  #forget(series: S): void {
    this.cells.release(series.offset);
    series.offset = -1;
    const { labelValues } = series;
    const path = [this.#root];
    for (let i = 0; i < labelValues.length - 1; i++) path.push(path[i]!.get(labelValues[i]!) as LabelNode);
    for (let i = labelValues.length - 1; i >= 0; i--) {
      path[i]!.delete(labelValues[i]!);
      if (path[i]!.size > 0) break;
    }
  }
}

/** What is thrown for a definition that cannot be used. */
export function refused(name: string, problem: string): TelltaleError {
  return new TelltaleError('registry', `Cannot define the metric ${JSON.stringify(name)}: ${problem}.`);
}
