import { hostname } from 'node:os';
import { type Gauge, type HistogramSeries, type Monitor, TelltaleError } from '@telltale/core';
import type { SeriesData, SeriesSource } from '@telltale/promql';
import { historyMetrics } from './metrics.ts';
import { type HistoryConfig, type HistoryOptions, resolveHistoryOptions } from './options.ts';
import { Delivery } from './recorder/delivery.ts';
import { Recorder } from './recorder/recorder.ts';
import { RegistryReader } from './recorder/registry-reader.ts';
import { createStores } from './stores/create-stores.ts';
import type { QueryableStore, Store, StoreUsage } from './stores/store.ts';

/** How a history is doing. */
export interface HistoryStats {
  readonly instance: string;
  /** Seconds between two snapshots. */
  readonly flushInterval: number;
  /** The store that is asked. */
  readonly queried: string;
  readonly stores: readonly ({ readonly name: string } & Partial<StoreUsage>)[];
}

/** A time, both ends included, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What a process remembers of its metrics. */
export interface History {
  /** Answers PromQL: give it to `queryInstant` and `queryRange`. */
  readonly source: SeriesSource;
  /** Reads the registries now; settles when every store has taken, or failed to take, the samples. */
  flush(): Promise<void>;
  /** A last snapshot, the end of every series, and then of the stores. The monitor's `close` calls it. */
  close(): Promise<void>;
  stats(): Promise<HistoryStats>;
  /** Forgets everything that the stores hold. */
  clear(): Promise<void>;
  /** All series with their samples of that time, six hours at a time: a series comes once for each of them. */
  export(range: TimeRange): AsyncGenerator<SeriesData, void, void>;
}

/**
 * Begins to remember what the monitor measures: every `flushInterval` seconds a snapshot of its registries goes to
 * each backend. A backend that fails is reported and leaves the others alone.
 *
 * @throws {ConfigError} naming every option that cannot be used.
 *
 * @example
 * const history = startHistory(monitor, { backends: ['memory'] });
 * await queryInstant('rate(http_requests_total[5m])', { source: history.source, time: Date.now() });
 */
export function startHistory(monitor: Monitor, options: HistoryOptions = {}): History {
  return new RunningHistory(monitor, resolveHistoryOptions(options));
}

/** Where no backend keeps what it is given. */
const NOTHING: SeriesSource = {
  select: async () => {
    throw new TelltaleError('history', 'There is nothing to ask: add memory or sqlite to backends.');
  },
};

/** What an export holds in memory. */
const EXPORTED_AT_ONCE_MS = 6 * 3_600_000;

class RunningHistory implements History {
  readonly #monitor: Monitor;
  readonly #config: HistoryConfig;
  readonly #instance: string;
  readonly #deliveries: readonly Delivery[];
  readonly #queried: QueryableStore | undefined;
  readonly #bytes: Gauge<readonly ['store']>;
  readonly #duration: HistogramSeries;
  readonly #recorder: Recorder;
  readonly #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #closing: Promise<void> | undefined;

  constructor(monitor: Monitor, config: HistoryConfig) {
    this.#monitor = monitor;
    this.#config = config;
    this.#instance = config.instance ?? `${hostname()}:${process.pid}`;
    const { errors, instruments } = monitor;
    const samples = instruments.counter(historyMetrics.samples);
    const dropped = instruments.counter(historyMetrics.dropped);
    const setting = {
      bufferSize: config.bufferSize,
      onTaken: ({ name }: Store, count: number) => samples.labels(name).inc(count),
      onDropped: ({ name }: Store, count: number) => dropped.labels(name).inc(count),
      onError: (_: Store, error: unknown) => errors.report('history', error),
    };
    const stores = createStores(monitor, config, this.#instance, (name, count) => dropped.labels(name).inc(count));
    this.#queried = stores.find((store): store is QueryableStore => 'source' in store);
    this.#deliveries = stores.map((store) => new Delivery(store, setting));
    this.#bytes = instruments.gauge(historyMetrics.bytes);
    this.#duration = instruments.histogram(historyMetrics.flushDuration).labels();
    const reader = new RegistryReader(monitor, { job: monitor.identity.service, instance: this.#instance });
    this.#recorder = new Recorder({
      clock: monitor.config.clock,
      intervalMs: config.flushInterval * 1000,
      samplingRate: config.samplingRate,
      read: () => reader.read(),
      take: (snapshot) => {
        for (const delivery of this.#deliveries) delivery.send(snapshot);
      },
    });
    if (!config.enabled || !monitor.enabled) return;
    this.#timer = setInterval(() => this.#tick(), config.flushInterval * 1000).unref();
    monitor.onClose(() => this.close());
  }

  get source(): SeriesSource {
    return this.#queried?.source ?? NOTHING;
  }

  async flush(): Promise<void> {
    if (this.#closing !== undefined) return;
    const start = this.#monitor.config.clock.monotonic();
    await this.#recorder.record();
    await this.#delivered(start);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async stats(): Promise<HistoryStats> {
    const stores = this.#deliveries.map(async ({ store }) => ({ name: store.name, ...(await store.usage?.()) }));
    return {
      instance: this.#instance,
      flushInterval: this.#config.flushInterval,
      queried: this.#queried?.name ?? 'none',
      stores: await Promise.all(stores),
    };
  }

  async clear(): Promise<void> {
    await Promise.all(this.#deliveries.map(({ store }) => store.clear?.()));
  }

  async *export({ from, to }: TimeRange): AsyncGenerator<SeriesData, void, void> {
    const { oldest = from, newest = to } = (await this.#queried?.usage?.()) ?? {};
    const end = Math.min(to, newest);
    for (let at = Math.max(from, oldest); at <= end; at += EXPORTED_AT_ONCE_MS) {
      yield* await this.source.select([], at, Math.min(end, at + EXPORTED_AT_ONCE_MS - 1));
    }
  }

  /** A reading that takes longer than the interval is not joined by a second. A slow store does not hold it up. */
  #tick(): void {
    if (this.#reading) return;
    this.#reading = true;
    const { clock } = this.#monitor.config;
    const start = clock.monotonic();
    this.#recorder
      .tick()
      .finally(() => {
        this.#reading = false;
      })
      .then(() => this.#delivered(start))
      .catch((error) => this.#monitor.errors.report('history', error));
  }

  /** Settles when no store has anything waiting; measures how long that took, and what there is now. */
  async #delivered(start: number): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.idle()));
    this.#duration.observe((this.#monitor.config.clock.monotonic() - start) / 1000);
    for (const { store } of this.#deliveries) {
      // A store that cannot be asked has told of it when it was written to.
      const usage = await Promise.resolve(store.usage?.()).catch(() => undefined);
      if (usage !== undefined) this.#bytes.labels(store.name).set(usage.bytes);
    }
  }

  async #close(): Promise<void> {
    if (this.#timer !== undefined) {
      clearInterval(this.#timer);
      try {
        await this.#recorder.record();
        await this.#recorder.end();
      } catch (error) {
        this.#monitor.errors.report('history', error);
      }
    }
    await Promise.all(this.#deliveries.map((delivery) => delivery.end()));
  }
}
