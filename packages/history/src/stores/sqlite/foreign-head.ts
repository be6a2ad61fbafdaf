import { isStale } from '@telltale/promql';
import type { SampleRun } from '../sample-run.ts';
import type { Database } from './database.ts';
import { decodeRow, type RowSnapshot } from './snapshot-row.ts';

interface TimedRow extends RowSnapshot {
  readonly time: number;
}

/** A head of another process, read from the file row by row as it grows. */
export class ForeignHead {
  readonly id: number;
  readonly rows: TimedRow[] = [];
  readonly #places = new WeakMap<Float64Array, ReadonlyMap<number, number>>();

  constructor(id: number) {
    this.id = id;
  }

  /** Reads the rows that have come since. A damaged one ends it. */
  refresh(database: Database): void {
    const rows = database.all<{ time: number; data: Uint8Array }>(
      'SELECT time, data FROM snapshot WHERE head_id = ? AND number >= ? ORDER BY number',
      this.id,
      this.rows.length,
    );
    for (const { time, data } of rows) this.rows.push({ time, ...decodeRow(data, this.rows.at(-1)) });
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
