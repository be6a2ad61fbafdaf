import { isStale } from '@telltale/promql';
import type { SampleRun } from '../sample-run.ts';
import type { Database } from './database.ts';
import { decodeRow, type RowSnapshot } from './snapshot-row.ts';

interface TimedRow extends RowSnapshot {
  readonly time: number;
}

/** Rows are read so many at a time. */
const ROWS = 4;

/** A head of another process, read from the file row by row. */
export class ForeignHead {
  readonly id: number;
  readonly instance: string;
  readonly rows: TimedRow[] = [];
  readonly #places = new WeakMap<Float64Array, ReadonlyMap<number, number>>();

  constructor(id: number, instance: string) {
    this.id = id;
    this.instance = instance;
  }

  /** Reads the next few rows. Whether there may be more. @throws {RangeError} where one is damaged. */
  readSome(database: Database): boolean {
    const rows = database.all<{ time: number; data: Uint8Array }>(
      'SELECT time, data FROM snapshot WHERE head_id = ? AND number >= ? ORDER BY number LIMIT ?',
      ...[this.id, this.rows.length, ROWS],
    );
    for (const { time, data } of rows) this.rows.push({ time, ...decodeRow(data, this.rows.at(-1)) });
    return rows.length === ROWS;
  }

  /** The ids of the series that have samples of that time, as far as rows were read. */
  idsBetween(from: number, to: number): ReadonlySet<number> {
    const found = new Set<number>();
    let layout: Float64Array | undefined;
    for (const { time, ids } of this.rows) {
      if (time < from || time > to || ids === layout) continue;
      layout = ids;
      for (const id of ids) found.add(id);
    }
    return found;
  }

  /** Adds the samples of a series to `run`. */
  read(seriesId: number, run: SampleRun, count: number): void {
    let cut = false;
    for (let i = 0; i < count; i++) {
      const { time, ids, values } = this.rows[i]!;
      const place = this.#placesIn(ids).get(seriesId);
      if (place === undefined) continue;
      if (!cut) run.cutFrom(time);
      cut = true;
      run.reserve(1);
      run.timestamps[run.length] = time;
      if (isStale(values, place)) run.values.set(values.subarray(place, place + 1), run.length++);
      else run.values[run.length++] = values[place]!;
    }
  }

  #placesIn(ids: Float64Array): ReadonlyMap<number, number> {
    let places = this.#places.get(ids);
    if (places === undefined) {
      const made = new Map<number, number>();
      for (let i = 0; i < ids.length; i++) made.set(ids[i]!, i);
      this.#places.set(ids, (places = made));
    }
    return places;
  }
}
