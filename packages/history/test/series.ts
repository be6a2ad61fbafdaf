import { markStale } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries, type Snapshot } from '../src/recorder/snapshot.ts';

/** A moment to count from. */
export const START = 1_795_341_600_000;

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
