import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStale, Matcher, queryInstant, type SeriesSource, type VectorElement } from '@telltale/promql';
import { onTestFinished } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from '../src/stores/sqlite/sqlite-store.ts';
import { START } from './series.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The elements that an expression comes to at one moment. */
export async function vectorAt(
  source: SeriesSource,
  expression: string,
  time: number,
): Promise<readonly VectorElement[]> {
  const result = await queryInstant(expression, { source, time });
  if (result.type !== 'vector') throw new Error(`${expression} is a ${result.type}`);
  return result.elements;
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
