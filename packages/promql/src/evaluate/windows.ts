import type { LabelSet } from '../labels/label-set.ts';
import { isStale } from '../source/stale.ts';
import type { MatrixSelector, Subquery } from '../syntax/ast.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation, RawSeries } from './evaluation.ts';
import { lastTime, type StepSeries, type Steps, timeAt } from './steps.ts';

/** The samples of one series, oldest first, staleness markers taken out. */
export interface Samples {
  readonly labels: LabelSet;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** The part of a series that a function sees at one step: samples `from` to before `to`. One object serves all steps. */
export interface Window {
  from: number;
  to: number;
  /** The edges of the range and the moment of the step, in milliseconds. */
  start: number;
  end: number;
  time: number;
}

/** A range vector: series, and which stretch of them each step sees. */
export interface RangeVector {
  readonly series: readonly Samples[];
  readonly rangeMs: number;
  /** The window of each step ends at its time less this. */
  readonly offset: number;
  /** Where all steps see the same window: its end, before the offset. */
  readonly fixed: number | undefined;
  /** How far beyond its edges a window reaches for samples: by the modifiers `anchored` and `smoothed`. */
  readonly reach: { readonly before: number; readonly after: number };
}

/** Reads the series of a selector, or evaluates a subquery, for all windows of all steps at once. */
export async function rangeVector(
  evaluation: Evaluation,
  node: MatrixSelector | Subquery,
  steps: Steps,
): Promise<RangeVector> {
  const shift = node.kind === 'range' ? node.selector.shift : node.shift;
  const rangeMs = evaluation.duration(node.range);
  const offset = evaluation.duration(shift.offset);
  const fixed = evaluation.momentOf(shift);
  const start = (fixed ?? steps.start) - offset - rangeMs;
  const end = (fixed ?? lastTime(steps)) - offset;
  if (node.kind === 'subquery') {
    const series = await subquerySamples(evaluation, node, rangeMs, start, end);
    return { series, rangeMs, offset, fixed, reach: { before: 0, after: 0 } };
  }

  const { edges, matchers } = node.selector;
  const { lookbackMs } = evaluation.setting;
  const reach = { before: edges === undefined ? 0 : lookbackMs, after: edges === 'smoothed' ? lookbackMs : 0 };
  const raw = await evaluation.select(matchers, start - reach.before, end + reach.after);
  const series: Samples[] = [];
  for (const one of raw) {
    series.push(withoutStale(one));
    if (evaluation.budget.spend(one.timestamps.length)) await evaluation.budget.pause();
  }
  return { series, rangeMs, offset, fixed, reach };
}

/**
 * Evaluates the inner expression on multiples of the subquery's step, whatever the steps of the query: the first is the
 * first after the left edge.
 */
async function subquerySamples(
  evaluation: Evaluation,
  node: Subquery,
  rangeMs: number,
  start: number,
  end: number,
): Promise<Samples[]> {
  const { setting, budget, dialect } = evaluation;
  const interval = node.step === undefined ? setting.subqueryStepMs : evaluation.duration(node.step);
  let first = Math.trunc(start / interval) * interval;
  if (first < start || (first === start && dialect.leftEdge === 'excluded')) first += interval;
  if (first > end || rangeMs <= 0) return [];
  const steps: Steps = { start: first, interval, count: Math.floor((end - first) / interval) + 1 };
  budget.takeSamples(steps.count);
  const inner = await evaluate(evaluation, node.expression, steps);
  return inner.type === 'vector' ? inner.series.map((series) => presentSamples(series, steps)) : [];
}

/** The steps at which a series has values. */
export function presentSamples({ labels, values, present }: StepSeries, steps: Steps): Samples {
  const timestamps = new Float64Array(steps.count);
  const kept = new Float64Array(steps.count);
  let length = 0;
  for (let step = 0; step < steps.count; step++) {
    if (present[step] === 0) continue;
    timestamps[length] = timeAt(steps, step);
    kept[length++] = values[step]!;
  }
  return { labels, timestamps: timestamps.subarray(0, length), values: kept.subarray(0, length) };
}

/** The samples of a series without its staleness markers. */
export function withoutStale(series: RawSeries): Samples {
  const { labels, timestamps, values } = series;
  let at = 0;
  while (at < values.length && (!Number.isNaN(values[at]!) || !isStale(values, at))) at++;
  if (at === values.length) return series;
  const keptTimestamps = timestamps.slice();
  const keptValues = values.slice();
  let length = at;
  for (; at < values.length; at++) {
    if (isStale(values, at)) continue;
    keptTimestamps[length] = timestamps[at]!;
    keptValues[length++] = values[at]!;
  }
  return { labels, timestamps: keptTimestamps.subarray(0, length), values: keptValues.subarray(0, length) };
}
