import { TelltaleError } from '../errors.ts';
import { Counter } from './counter.ts';
import { Gauge } from './gauge.ts';
import { Histogram, type HistogramOptions } from './histogram.ts';
import { INSTRUMENT, type InstrumentHost, type InstrumentOptions, refused } from './instrument.ts';
import { silence } from './silence.ts';

/** The part of a `prom-client` or `@prometheus-io/client` Registry that Telltale uses. */
export interface PrometheusRegistry {
  // biome-ignore lint/suspicious/noExplicitAny: the two libraries type their metrics differently
  registerMetric(metric: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  getSingleMetric(name: string): any;
  getMetricsAsArray(): readonly unknown[];
  removeSingleMetric(name: string): void;
}

/** An instrument of any kind. */
export type AnyInstrument = Counter | Gauge | Histogram;

/** What a set of instruments is made with. */
export interface InstrumentsOptions {
  readonly registry: PrometheusRegistry;
  readonly enabled: boolean;
  readonly seriesLimit: number;
  /** Labels that every series has unless its instrument declares the name itself. */
  readonly defaultLabels: Readonly<Record<string, string>>;
  readonly now: () => number;
  readonly reportError: (component: string, error: unknown) => void;
}

/**
 * Makes counters, gauges and histograms in a Prometheus registry. Asking twice for the same name gives the same
 * instrument; asking for it in another shape is an error, as is a name that somebody else's metric has.
 */
export class Instruments implements InstrumentHost {
  #options: InstrumentsOptions;
  readonly #overflowListeners = new Set<(name: string) => void>();
  /** By the name under which they were registered: prom-client's OpenMetrics mode renames counters. */
  readonly #made = new Map<string, AnyInstrument>();

  constructor(options: InstrumentsOptions) {
    this.#options = options;
  }

  get registry(): PrometheusRegistry {
    return this.#options.registry;
  }

  get enabled(): boolean {
    return this.#options.enabled;
  }

  get seriesLimit(): number {
    return this.#options.seriesLimit;
  }

  /** Labels that every series has unless its instrument declares the name itself. */
  get defaultLabels(): Readonly<Record<string, string>> {
    return this.#options.defaultLabels;
  }

  now(): number {
    return this.#options.now();
  }

  /** Takes other options; the instruments made so far go along, to another registry too. */
  configure(options: InstrumentsOptions): void {
    const before = this.#options;
    this.#options = options;
    for (const [name, instrument] of this.#made) {
      for (const series of instrument.series) series.cachedPrefix = undefined;
      if (options.registry !== before.registry || !options.enabled) remove(name, instrument, before.registry);
      if (!options.enabled) silence(instrument);
      else if (options.registry !== before.registry) options.registry.registerMetric(instrument);
    }
  }

  counter<const N extends readonly string[] = readonly []>(options: InstrumentOptions<N>): Counter<N> {
    return this.#make(() => new Counter(options, this), options);
  }

  gauge<const N extends readonly string[] = readonly []>(options: InstrumentOptions<N>): Gauge<N> {
    return this.#make(() => new Gauge(options, this), options);
  }

  histogram<const N extends readonly string[] = readonly []>(options: HistogramOptions<N>): Histogram<N> {
    return this.#make(() => new Histogram(options, this), options);
  }

  /** Calls `listener` with the metric's name each time a label set went to an overflow series. */
  onOverflow(listener: (name: string) => void): void {
    this.#overflowListeners.add(listener);
  }

  /** Drops the series of every instrument that have not moved for `ttl` milliseconds. */
  sweep(ttl: number): void {
    for (const instrument of this.#made.values()) instrument.sweep(ttl);
  }

  /** Takes every instrument out of the registry. */
  unregister(): void {
    for (const [name, instrument] of this.#made) remove(name, instrument, this.registry);
    this.#made.clear();
  }

  reject(name: string, problem: string): void {
    this.#options.reportError('registry', new TelltaleError('registry', `The metric ${name} ${problem}.`));
  }

  overflowed(name: string): void {
    for (const listener of this.#overflowListeners) listener(name);
  }

  #make<T extends AnyInstrument>(create: () => T, { name }: { readonly name: string }): T {
    const instrument = create();
    if (!this.enabled) return silence(instrument);
    const existing = this.registry.getSingleMetric(name);
    if (existing === undefined) {
      this.registry.registerMetric(instrument);
      this.#made.set(name, instrument);
      return instrument;
    }
    const wanted = shape(instrument);
    const found = INSTRUMENT in existing ? shape(existing) : 'a metric of another library';
    if (found === wanted) return existing;
    throw refused(
      name,
      `it would be ${wanted}, and the registry already has ${found} of that name; rename one, or give Telltale a registry of its own (the option registry)`,
    );
  }
}

/** Somebody may have put another metric in its place since. */
function remove(name: string, instrument: AnyInstrument, registry: PrometheusRegistry): void {
  if (registry.getSingleMetric(name) === instrument) registry.removeSingleMetric(name);
}

function shape(instrument: AnyInstrument): string {
  const { type, labelNames } = instrument;
  const labels = labelNames.length === 0 ? 'no labels' : `the labels ${labelNames.join(', ')}`;
  const buckets = instrument.type === 'histogram' ? ` and the buckets ${instrument.bounds.join(', ')}` : '';
  return `a ${type} with ${labels}${buckets}`;
}
