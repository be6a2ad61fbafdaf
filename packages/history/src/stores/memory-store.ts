import { type Matcher, markStale, type SampleValue, type SeriesData, type SeriesSource } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries, type Snapshot } from '../recorder/snapshot.ts';
import { Turns } from '../turns.ts';
import { Head } from './head.ts';
import { LabelIndex } from './label-index.ts';
import { SampleRun } from './sample-run.ts';
import { compress, type Segment } from './segment.ts';
import type { QueryableStore, StoreUsage } from './store.ts';

/** The bounds of a store in memory. */
export interface MemoryStoreOptions {
  /** The oldest samples go where there are more bytes than this, labels counted in. @default 67_108_864 (64 MB) */
  readonly maxBytes?: number;
  /** Samples older than the newest by more than this go. @default 1_296_000_000 (15 days) */
  readonly retentionMs?: number;
}

/** A head is compressed when it has so many snapshots, an hour's by default. */
export const SNAPSHOTS_OF_A_SEGMENT = 360;
/** Or so many samples, of eight bytes each. */
export const SAMPLES_OF_A_SEGMENT = 4_000_000;

/** About what a series takes beside its samples: its labels, twice over, and its places in the maps that find it. */
const BYTES_OF_A_SERIES = 900;
/** A head is compressed when it, with the series that came with it, takes this part of all. */
const HEADS_OF_A_STORE = 8;

interface Entry {
  readonly labels: Readonly<Record<string, string>>;
  readonly key: string;
  readonly number: number;
  readonly bytes: number;
  /** The latest segment that has samples of it; undefined while only heads do. */
  segment: Segment | undefined;
}

/**
 * Series in memory, compressed by the hour, the oldest samples giving way to new ones.
 *
 * @example
 * const store = new MemoryStore();
 * store.append({ __name__: 'up', job: 'api' }, Date.now(), 1);
 * await queryInstant('up', { source: store, time: Date.now() });
 */
export class MemoryStore implements QueryableStore, SeriesSource {
  readonly name = 'memory';
  readonly #maxBytes: number;
  readonly #retentionMs: number;
  #index = new LabelIndex<Entry>();
  #byKey = new Map<string, Entry>();
  #byNumber = new Map<number, Entry>();
  #nextNumber = 0;
  #bytesOfSeries = 0;
  /** Of these, what came with the head that is filled; and what its lists of series take. */
  #bytesOfNewSeries = 0;
  #bytesOfLayouts = 0;
  #layout: readonly RecordedSeries[] | undefined;
  /** Each of these three is newer than those before. */
  #segments: readonly Segment[] = [];
  #compressing: readonly Head[] = [];
  #head = new Head();
  #compressed: Promise<void> = Promise.resolve();

  constructor({ maxBytes = 64 * 1024 * 1024, retentionMs = 15 * 86_400_000 }: MemoryStoreOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#retentionMs = retentionMs;
  }

  get source(): SeriesSource {
    return this;
  }

  /** Settles when nothing waits to be compressed. */
  write(snapshot: Snapshot): void | Promise<void> {
    if (snapshot.time <= this.#head.lastTime) this.#compress();
    if (snapshot.series !== this.#layout) this.#enrol(snapshot.series);
    this.#head.append(snapshot);
    const { samples, snapshots } = this.#head;
    const bytes = samples * 8 + this.#bytesOfNewSeries + this.#bytesOfLayouts;
    const large = bytes >= this.#maxBytes / HEADS_OF_A_STORE || samples >= SAMPLES_OF_A_SEGMENT;
    if (snapshots.length >= SNAPSHOTS_OF_A_SEGMENT || large) this.#compress();
    if (this.#compressing.length > 0) return this.#compressed;
  }

  /** Adds one sample: for tests and small feeds. Samples that were written later count where times overlap. */
  append(labels: Readonly<Record<string, string>>, time: number, value: SampleValue): void {
    const values = new Float64Array(1);
    if (value === 'stale') markStale(values, 0);
    else values[0] = value;
    const family = { name: labels.__name__ ?? '', help: '', type: 'untyped' } as const;
    const key = keyOfLabels(labels);
    const last = this.#head.snapshots.at(-1);
    if (last?.time === time && !last.series.some((series) => series.key === key)) {
      // Of the same moment as the sample before, and of another series: the snapshot grows.
      const together = new Float64Array(last.values.length + 1);
      together.set(last.values);
      together.set(values, last.values.length);
      const series = [...last.series, { labels, key, family, cumulative: false }];
      this.#head.replaceLast({ time, series, values: together });
      this.#enrol(series);
    } else this.write({ time, series: [{ labels, key, family, cumulative: false }], values });
  }

  async select(matchers: readonly Matcher[], from: number, to: number, signal?: AbortSignal): Promise<SeriesData[]> {
    const segments = this.#segments.filter(({ start, end }) => end >= from && start <= to);
    const heads = [...this.#compressing, this.#head].map((head) => ({ head, count: head.snapshots.length }));
    const capacity = segments.reduce((sum, { times }) => sum + times.length, 0);
    const turns = new Turns(4);
    const found: SeriesData[] = [];
    for (const { labels, key, number } of this.#index.find(matchers)) {
      const run = new SampleRun(capacity);
      for (const segment of segments) segment.read(number, run);
      for (const { head, count } of heads) head.read(key, run, from, to, count);
      const { timestamps, values } = run.between(from, to);
      if (values.length > 0) found.push({ labels, timestamps, values });
      if (turns.due) {
        await turns.give();
        signal?.throwIfAborted();
      }
    }
    return found;
  }

  /** Samples are read only of segments at the edges of that time, and only of series that are nowhere else. */
  async series(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<readonly SeriesData['labels'][]> {
    const segments = this.#segments.filter(({ start, end }) => end >= from && start <= to);
    const [within, edges] = [true, false].map((whole) =>
      segments.filter(({ start, end }) => (start >= from && end <= to) === whole),
    ) as [Segment[], Segment[]];
    const inHeads = new Set<string>();
    for (const head of [...this.#compressing, this.#head]) {
      head.keysBetween(from, to, head.snapshots.length, inHeads);
    }
    const turns = new Turns(4);
    const found: SeriesData['labels'][] = [];
    for (const { labels, key, number } of this.#index.find(matchers)) {
      const has = inHeads.has(key) || within.some((segment) => segment.has(number));
      if (has || edges.some((segment) => segment.hasBetween(number, from, to))) found.push(labels);
      if (turns.due) {
        await turns.give();
        signal?.throwIfAborted();
      }
    }
    return found;
  }

  usage(): StoreUsage {
    const heads = [...this.#compressing, this.#head].filter(({ snapshots }) => snapshots.length > 0);
    const first = this.#segments[0]?.start ?? heads[0]?.snapshots[0]?.time;
    const last = heads.at(-1)?.lastTime ?? this.#segments.at(-1)?.end;
    return {
      bytes: this.#bytes(),
      series: this.#index.size,
      samples:
        this.#segments.reduce((sum, { samples }) => sum + samples, 0) +
        heads.reduce((sum, { samples }) => sum + samples, 0),
      oldest: first,
      newest: last,
    };
  }

  async clear(): Promise<void> {
    await this.#compressed;
    this.#index = new LabelIndex();
    this.#byKey = new Map();
    this.#byNumber = new Map();
    this.#layout = undefined;
    this.#segments = [];
    this.#head = new Head();
    this.#bytesOfSeries = 0;
    this.#bytesOfNewSeries = 0;
    this.#bytesOfLayouts = 0;
  }

  #bytes(): number {
    const compressed = this.#segments.reduce(
      (sum, { bytes }) => sum + bytes,
      this.#bytesOfSeries + this.#bytesOfLayouts,
    );
    return [...this.#compressing, this.#head].reduce((sum, { samples }) => sum + samples * 8, compressed);
  }

  #enrol(layout: readonly RecordedSeries[]): void {
    this.#layout = layout;
    this.#bytesOfLayouts += layout.length * 8;
    for (const { labels, key } of layout) {
      if (this.#byKey.has(key)) continue;
      const bytes = BYTES_OF_A_SERIES + key.length * 3;
      const entry: Entry = { labels, key, number: this.#nextNumber++, bytes, segment: undefined };
      this.#bytesOfSeries += bytes;
      this.#bytesOfNewSeries += bytes;
      this.#byKey.set(key, entry);
      this.#byNumber.set(entry.number, entry);
      this.#index.add(entry);
    }
  }

  #compress(): void {
    const head = this.#head;
    if (head.snapshots.length === 0) return;
    this.#head = new Head();
    this.#bytesOfNewSeries = 0;
    this.#bytesOfLayouts = 0;
    this.#compressing = [...this.#compressing, head];
    this.#compressed = this.#compressed.then(async () => {
      const segment = await compress(head, (key) => this.#byKey.get(key)!.number);
      for (const number of segment.numbers) this.#byNumber.get(number)!.segment = segment;
      this.#segments = [...this.#segments, segment];
      this.#compressing = this.#compressing.filter((each) => each !== head);
      this.#trim();
    });
  }

  #trim(): void {
    const newest = this.#segments.at(-1)!.end;
    while (this.#segments.length > 1) {
      const [oldest, ...rest] = this.#segments as [Segment, ...Segment[]];
      if (this.#bytes() <= this.#maxBytes && oldest.end >= newest - this.#retentionMs) return;
      this.#segments = rest;
      this.#forgetSeriesOf(oldest);
    }
  }

  /** Drops the series that nothing has samples of any more. */
  #forgetSeriesOf(segment: Segment): void {
    for (const number of segment.numbers) {
      const entry = this.#byNumber.get(number)!;
      if (entry.segment !== segment) continue;
      entry.segment = undefined;
      if ([...this.#compressing, this.#head].some((head) => head.has(entry.key))) continue;
      this.#index.remove(entry);
      this.#bytesOfSeries -= entry.bytes;
      this.#byKey.delete(entry.key);
      this.#byNumber.delete(number);
      this.#layout = undefined;
    }
  }
}
