import type { RecordedSeries, Snapshot } from '../recorder/snapshot.ts';
import type { SampleRun } from './sample-run.ts';

/**
 * The latest snapshots as they came, in rising time, before they are made into a segment. Reading takes what it saw
 * when it began: `snapshots` only grows, and a new head takes its place.
 */
export class Head {
  readonly snapshots: Snapshot[] = [];
  samples = 0;
  readonly #places = new WeakMap<readonly RecordedSeries[], ReadonlyMap<string, number>>();

  get lastTime(): number {
    return this.snapshots.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
  }

  /** Takes a snapshot, which must be later than the last. */
  append(snapshot: Snapshot): void {
    this.snapshots.push(snapshot);
    this.samples += snapshot.values.length;
  }

  /** Puts another snapshot of the same time in the place of the last. */
  replaceLast(snapshot: Snapshot): void {
    this.samples += snapshot.values.length - this.snapshots[this.snapshots.length - 1]!.values.length;
    this.snapshots[this.snapshots.length - 1] = snapshot;
  }

  has(key: string): boolean {
    return this.snapshots.some((snapshot) => this.placeOf(snapshot, key) !== undefined);
  }

  /** Where the series stands in a snapshot, or undefined. */
  placeOf(snapshot: Snapshot, key: string): number | undefined {
    let places = this.#places.get(snapshot.series);
    if (places === undefined) {
      const made = new Map<string, number>();
      for (let i = 0; i < snapshot.series.length; i++) made.set(snapshot.series[i]!.key, i);
      this.#places.set(snapshot.series, (places = made));
    }
    return places.get(key);
  }

  /** Adds the keys of the series that have samples of that time, in the first `count` snapshots. */
  keysBetween(from: number, to: number, count: number, keys: Set<string>): void {
    let layout: readonly RecordedSeries[] | undefined;
    for (const { time, series } of this.snapshots.slice(0, count)) {
      if (time < from || series === layout) continue;
      if (time > to) break;
      layout = series;
      for (const { key } of series) keys.add(key);
    }
  }

  /** Adds the samples of a series to `run`, those of the first `count` snapshots that lie in the time asked for. */
  read(key: string, run: SampleRun, from: number, to: number, count = this.snapshots.length): void {
    const { snapshots } = this;
    if (count === 0 || snapshots[count - 1]!.time < from) return;
    let layout: readonly RecordedSeries[] | undefined;
    let place: number | undefined;
    let cut = false;
    for (let i = 0; i < count; i++) {
      const snapshot = snapshots[i]!;
      if (snapshot.time < from) continue;
      if (snapshot.time > to) break;
      if (snapshot.series !== layout) {
        layout = snapshot.series;
        place = this.placeOf(snapshot, key);
      }
      if (place === undefined) continue;
      if (!cut) run.cutFrom(snapshot.time);
      cut = true;
      run.reserve(1);
      run.timestamps[run.length] = snapshot.time;
      copyValue(snapshot.values, place, run.values, run.length++);
    }
  }
}

/** Copies the eight bytes: as a number, a staleness marker might lose its pattern. */
function copyValue(from: Float64Array, at: number, to: Float64Array, place: number): void {
  const value = from[at]!;
  if (Number.isNaN(value)) to.set(from.subarray(at, at + 1), place);
  else to[place] = value;
}
