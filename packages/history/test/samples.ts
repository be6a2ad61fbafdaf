import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStale, Matcher, markStale, type SeriesSource } from '@telltale/promql';
import { onTestFinished } from 'vitest';
import { keyOfLabels, type RecordedSeries, type Snapshot } from '../src/recorder/snapshot.ts';
import { SqliteStore, type SqliteStoreOptions } from '../src/stores/sqlite/sqlite-store.ts';

/** A moment to count from. */
export const START = 1_795_341_600_000;

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A series as the recorder makes it. */
export function seriesOf(labels: Record<string, string>, cumulative = true): RecordedSeries {
  const family = { name: labels.__name__!, help: 'H.', type: cumulative ? 'counter' : 'gauge' } as const;
  return { labels, key: keyOfLabels(labels), cumulative, family };
}

/** So many counters of one name, `a_total{i="0"}` and so on. */
export function counters(count: number, name = 'a_total', instance = 'here'): readonly RecordedSeries[] {
  return Array.from({ length: count }, (_, i) => seriesOf({ __name__: name, i: String(i), instance, job: 'orders' }));
}

/** A snapshot; `stale` marks the end of a series. */
export function snapshotOf(
  time: number,
  series: readonly RecordedSeries[],
  value: (place: number) => number | 'stale',
): Snapshot {
  const values = new Float64Array(series.length);
  for (let i = 0; i < series.length; i++) {
    const each = value(i);
    if (each === 'stale') markStale(values, i);
    else values[i] = each;
  }
  return { time, series, values };
}

/** The samples of one series as text, `seconds from START=value`. */
export async function samplesOf(
  source: SeriesSource,
  labels: Record<string, string>,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): Promise<string> {
  const matchers = Object.entries(labels).map(([name, value]) => new Matcher(name, '=', value));
  const found = await source.select(matchers, from, to);
  if (found.length > 1) throw new Error(`${found.length} series match`);
  return found.map(({ timestamps, values }) => textOf(timestamps, values as Float64Array)).join('');
}

function textOf(timestamps: ArrayLike<number>, values: Float64Array): string {
  return Array.from(timestamps, (time, i) => {
    return `${(time - START) / 1000}=${isStale(values, i) ? 'stale' : values[i]}`;
  }).join(' ');
}

/** A store with what it told. */
export interface TestStore {
  readonly store: SqliteStore;
  readonly path: string;
  readonly notices: string[];
  readonly dropped: number[];
  readonly errors: unknown[];
}

/** A store in SQLite in a folder of its own, closed after the test. */
export function sqliteStore(options: Partial<SqliteStoreOptions> = {}): TestStore {
  const notices: string[] = [];
  const dropped: number[] = [];
  const errors: unknown[] = [];
  const path = options.path ?? join(temporaryFolder(), 'history.db');
  let latest = START;
  const store = new SqliteStore({
    path,
    instance: 'here',
    bufferSize: 1_000_000,
    retentionMs: 15 * 86_400_000,
    rawRetentionMs: 7 * 86_400_000,
    maxBytes: 200 * 1024 * 1024,
    now: () => latest,
    onNotice: (message) => notices.push(message),
    onDropped: (samples) => dropped.push(samples),
    onError: (error) => errors.push(error),
    ...options,
  });
  const write = store.write.bind(store);
  // Time passes with the snapshots.
  store.write = (snapshot) => {
    latest = Math.max(latest, snapshot.time);
    return write(snapshot);
  };
  onTestFinished(() => store.close());
  return { store, path, notices, dropped, errors };
}
