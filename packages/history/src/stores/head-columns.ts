import { markAbsent } from '../codec/column.ts';
import type { RecordedSeries, Snapshot } from '../recorder/snapshot.ts';
import { Turns } from '../turns.ts';
import type { Head } from './head.ts';

/** Consecutive snapshots of the same series. */
interface Stretch {
  readonly snapshots: readonly Snapshot[];
  readonly from: number;
  /** For each series of the head its place in these snapshots, or -1. */
  readonly places: Int32Array;
}

/** The snapshots of a head turned on their side: a column of values for each series. */
export class HeadColumns {
  readonly times: Float64Array;
  readonly series: readonly RecordedSeries[];
  readonly #stretches: readonly Stretch[];

  private constructor(times: Float64Array, series: readonly RecordedSeries[], stretches: readonly Stretch[]) {
    this.times = times;
    this.series = series;
    this.#stretches = stretches;
  }

  /** Turns a head, with pauses where it has many series. */
  static async of({ snapshots }: Head): Promise<HeadColumns> {
    const times = Float64Array.from(snapshots, ({ time }) => time);
    const numbers = new Map<string, number>();
    const series: RecordedSeries[] = [];
    const turns = new Turns(2);
    for (const [i, snapshot] of snapshots.entries()) {
      if (i > 0 && snapshots[i - 1]!.series === snapshot.series) continue;
      for (const [place, each] of snapshot.series.entries()) {
        if ((place & 255) === 255 && turns.due) await turns.give();
        if (numbers.has(each.key)) continue;
        numbers.set(each.key, series.length);
        series.push(each);
      }
    }
    return new HeadColumns(times, series, await stretchesOf(snapshots, numbers, turns));
  }

  /** Writes the values of a series, marked where it has none, into `column`, which is as long as `times`. */
  fill(number: number, column: Float64Array): void {
    const words = new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
    for (const { snapshots, from, places } of this.#stretches) {
      const place = places[number]!;
      for (let i = 0; i < snapshots.length; i++) {
        if (place < 0) markAbsent(words, from + i);
        else {
          const { values } = snapshots[i]!;
          const value = values[place]!;
          if (!Number.isNaN(value)) column[from + i] = value;
          // As a number, a staleness marker might lose its pattern.
          else column.set(values.subarray(place, place + 1), from + i);
        }
      }
    }
  }
}

async function stretchesOf(
  snapshots: readonly Snapshot[],
  numbers: ReadonlyMap<string, number>,
  turns: Turns,
): Promise<readonly Stretch[]> {
  const stretches: Stretch[] = [];
  for (let from = 0; from < snapshots.length; ) {
    const { series } = snapshots[from]!;
    let to = from + 1;
    while (to < snapshots.length && snapshots[to]!.series === series) to++;
    const places = new Int32Array(numbers.size).fill(-1);
    for (let place = 0; place < series.length; place++) {
      places[numbers.get(series[place]!.key)!] = place;
      if ((place & 255) === 255 && turns.due) await turns.give();
    }
    stretches.push({ snapshots: snapshots.slice(from, to), from, places });
    from = to;
  }
  return stretches;
}
