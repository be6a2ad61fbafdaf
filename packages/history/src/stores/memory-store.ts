import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Matcher, markStale, type SampleValue, type SeriesData, type SeriesSource } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries, type Snapshot } from '../recorder/snapshot.ts';
import { Head } from './head.ts';
import { LabelIndex } from './label-index.ts';
import { SampleRun } from './sample-run.ts';
import type { QueryableStore, StoreUsage } from './store.ts';

/** The bounds of a store in memory. */
export interface MemoryStoreOptions {
  /** The oldest samples go where there are more bytes than this. @default 67_108_864 (64 MB) */
  readonly maxBytes?: number;
  /** Samples older than the newest by more than this go. @default 86_400_000 (a day) */
  readonly retentionMs?: number;
}

/**
 * Series in memory, the oldest samples giving way to new ones.
 *
 * @example
 * const store = new MemoryStore();
 * store.append({ __name__: 'up', job: 'api' }, Date.now(), 1);
 * await queryInstant('up', { source: store.source, time: Date.now() });
 */
export class MemoryStore implements QueryableStore, SeriesSource {
  readonly name = 'memory';
  readonly #index = new LabelIndex<RecordedSeries>();
  readonly #byKey = new Map<string, RecordedSeries>();
  #layout: readonly RecordedSeries[] | undefined;
  #head = new Head();

  constructor(_options: MemoryStoreOptions = {}) {}

  get source(): SeriesSource {
    return this;
  }

  write(snapshot: Snapshot): void {
    if (snapshot.series !== this.#layout) this.#enrol(snapshot.series);
    this.#head.append(snapshot);
  }

  /** Adds one sample: for tests and small feeds. */
  append(labels: Readonly<Record<string, string>>, time: number, value: SampleValue): void {
    const key = keyOfLabels(labels);
    const series = this.#byKey.get(key) ?? {
      labels,
      key,
      cumulative: false,
      family: { name: labels.__name__ ?? '', help: '', type: 'untyped' },
    };
    const values = new Float64Array(1);
    if (value === 'stale') markStale(values, 0);
    else values[0] = value;
    this.write({ time, series: [series], values });
  }

  async select(matchers: readonly Matcher[], from: number, to: number, signal?: AbortSignal): Promise<SeriesData[]> {
    const head = this.#head;
    const count = head.snapshots.length;
    const found: SeriesData[] = [];
    let turnEnds = performance.now() + 4;
    for (const { labels, key } of this.#index.find(matchers)) {
      const run = new SampleRun();
      head.read(key, run, from, to, count);
      const { timestamps, values } = run.between(from, to);
      if (values.length > 0) found.push({ labels, timestamps, values });
      if (performance.now() > turnEnds) {
        await nextTurn();
        signal?.throwIfAborted();
        turnEnds = performance.now() + 4;
      }
    }
    return found;
  }

  usage(): StoreUsage {
    const { snapshots, samples } = this.#head;
    return {
      bytes: samples * 8,
      series: this.#index.size,
      samples,
      oldest: snapshots[0]?.time,
      newest: snapshots.at(-1)?.time,
    };
  }

  async clear(): Promise<void> {
    this.#head = new Head();
    for (const series of this.#byKey.values()) this.#index.remove(series);
    this.#byKey.clear();
    this.#layout = undefined;
  }

  #enrol(layout: readonly RecordedSeries[]): void {
    this.#layout = layout;
    for (const series of layout) {
      if (this.#byKey.has(series.key)) continue;
      this.#byKey.set(series.key, series);
      this.#index.add(series);
    }
  }
}
