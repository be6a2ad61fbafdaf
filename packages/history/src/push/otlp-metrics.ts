import { isStale } from '@telltale/promql';
import type { MetricFamily, RecordedSeries, Snapshot } from '../recorder/snapshot.ts';

/** Seconds and nanoseconds. */
export type HrTime = [seconds: number, nanoseconds: number];

/** One sample, or one histogram, of a metric. */
interface Point {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Record<string, string>;
  value: number | HistogramPoint;
}

/** A histogram as OpenTelemetry has it: a count for each bucket, not for all up to it. */
interface HistogramPoint {
  buckets: { boundaries: number[]; counts: number[] };
  sum: number | undefined;
  count: number;
}

/** A metric with its points. */
export interface Points {
  readonly name: string;
  readonly family: MetricFamily;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly points: Point[];
}

/** Labels that the resource has in OpenTelemetry's words; a metric's own of that name was renamed. */
const OF_THE_RESOURCE = new Set(['__name__', 'job', 'instance']);

/**
 * The samples of a snapshot as OpenTelemetry's metrics; the lines of a histogram are put together again. The label
 * `service` is the resource's where it says the same. What is no finite number is left out: JSON has none of those.
 */
export function pointsOf({ time, series, values }: Snapshot, startTime: HrTime, service: string): readonly Points[] {
  const metrics = new Map<string, Points>();
  const histograms = new Map<string, Point>();
  const endTime = hrTime(time);
  for (const [i, each] of series.entries()) {
    if (isStale(values, i)) continue;
    const { labels, family } = each;
    const isHistogram = family.type === 'histogram';
    if (!Number.isFinite(values[i]) && !isHistogram) continue;
    const name = isHistogram ? family.name : labels.__name__!;
    let metric = metrics.get(name);
    if (metric === undefined) {
      const kind = isHistogram ? 'histogram' : each.cumulative ? 'sum' : 'gauge';
      metrics.set(name, (metric = { name, family, kind, points: [] }));
    }
    const attributes = attributesOf(each, service);
    if (!isHistogram) {
      metric.points.push({ startTime, endTime, attributes, value: values[i]! });
      continue;
    }
    const key = JSON.stringify([name, attributes]);
    let point = histograms.get(key);
    if (point === undefined) {
      point = { startTime, endTime, attributes, value: { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 } };
      histograms.set(key, point);
      metric.points.push(point);
    }
    addLine(point.value as HistogramPoint, each, values[i]!);
  }
  return [...metrics.values()];
}

/** A histogram's lines come in the order of its buckets, then its sum and its count. */
function addLine(histogram: HistogramPoint, { labels }: RecordedSeries, value: number): void {
  const { boundaries, counts } = histogram.buckets;
  if (labels.le !== undefined) {
    const below = counts.reduce((sum, count) => sum + count, 0);
    counts.push(value - below);
    if (labels.le !== '+Inf') boundaries.push(Number(labels.le));
  } else if (labels.__name__!.endsWith('_sum')) histogram.sum = Number.isFinite(value) ? value : undefined;
  else histogram.count = value;
}

function attributesOf({ labels, family }: RecordedSeries, service: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name in labels) {
    if (OF_THE_RESOURCE.has(name)) continue;
    if (name === 'le' && family.type === 'histogram') continue;
    if (name === 'service' && labels.service === service) continue;
    attributes[name] = labels[name]!;
  }
  return attributes;
}

/** Milliseconds since 1970 as OpenTelemetry has them. */
export function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), Math.round((milliseconds % 1000) * 1e6)];
}
