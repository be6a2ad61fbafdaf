import type { Dialect } from '../dialect.ts';
import type { AggregationOperator } from '../syntax/operators.ts';
import type { Group } from './aggregate.ts';
import { emptySeries, type StepSeries, type Steps } from './steps.ts';

/** Brings the series of a group together into one. */
type Accumulator = (group: Group, steps: Steps, dialect: Dialect) => StepSeries;

/** The aggregations that give one number for each group and need no parameter. */
export const ACCUMULATORS: Partial<Record<AggregationOperator, Accumulator>> = {
  sum: (group, steps, dialect) => sums(group, steps, dialect.compensatedSums),
  avg: (group, steps, dialect) => (dialect.compensatedSums ? averages(group, steps) : runningMeans(group, steps)),
  min: (group, steps) => extremes(group, steps, (value, least) => value < least),
  max: (group, steps) => extremes(group, steps, (value, most) => value > most),
  count: (group, steps) => counts(group, steps),
  group: (group, steps) => {
    const one = counts(group, steps);
    one.values.fill(1);
    return one;
  },
  stddev: (group, steps, dialect) => {
    const variance = variances(group, steps, dialect);
    for (let step = 0; step < steps.count; step++) variance.values[step] = Math.sqrt(variance.values[step]!);
    return variance;
  },
  stdvar: variances,
};

function counts({ labels, series }: Group, steps: Steps): StepSeries {
  const total = emptySeries(labels, steps);
  for (const { present } of series) {
    for (let step = 0; step < steps.count; step++) {
      total.values[step]! += present[step]!;
      total.present[step]! |= present[step]!;
    }
  }
  return total;
}

/** Sums with the rounding errors kept apart and added last (Kahan's method as Neumaier improved it). */
function sums({ labels, series }: Group, steps: Steps, compensated: boolean): StepSeries {
  const total = emptySeries(labels, steps);
  const lost = new Float64Array(steps.count);
  for (const { values, present } of series) {
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const before = total.values[step]!;
      const after = before + value;
      total.values[step] = total.present[step] === 0 ? value : after;
      if (Math.abs(after) === Infinity) lost[step] = 0;
      else if (Math.abs(before) >= Math.abs(value)) lost[step]! += before - after + value;
      else lost[step]! += value - after + before;
      total.present[step] = 1;
    }
  }
  if (compensated) for (let step = 0; step < steps.count; step++) total.values[step]! += lost[step]!;
  return total;
}

/** The sum by the count, and a mean that moves with each value where the sum would overflow. */
function averages(group: Group, steps: Steps): StepSeries {
  const total = sums(group, steps, true);
  const count = counts(group, steps).values;
  const overflowed = total.values.some((value, step) => total.present[step] === 1 && Math.abs(value) === Infinity);
  const moving = overflowed ? runningMeans(group, steps) : undefined;
  for (let step = 0; step < steps.count; step++) {
    const sum = total.values[step]!;
    total.values[step] = Math.abs(sum) === Infinity ? moving!.values[step]! : sum / count[step]!;
  }
  return total;
}

function runningMeans({ labels, series }: Group, steps: Steps): StepSeries {
  const mean = emptySeries(labels, steps);
  const count = new Float64Array(steps.count);
  for (const { values, present } of series) {
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const before = mean.values[step]!;
      const seen = ++count[step]!;
      mean.present[step] = 1;
      // An infinite mean stays what it is until a NaN or the other infinity comes; by differences it would turn to NaN.
      if (seen > 1 && Math.abs(before) === Infinity && !Number.isNaN(value) && value !== -before) continue;
      mean.values[step] = seen === 1 ? value : before + (value / seen - before / seen);
    }
  }
  return mean;
}

/** The least or the most; NaN only where there is nothing else. */
function extremes(
  { labels, series }: Group,
  steps: Steps,
  better: (value: number, best: number) => boolean,
): StepSeries {
  const best = emptySeries(labels, steps);
  for (const { values, present } of series) {
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const before = best.values[step]!;
      if (best.present[step] === 0 || Number.isNaN(before) || better(value, before)) best.values[step] = value;
      best.present[step] = 1;
    }
  }
  return best;
}

/** Population variances by Welford's method. */
function variances({ labels, series }: Group, steps: Steps, { loneVarianceIsZero }: Dialect): StepSeries {
  const variance = emptySeries(labels, steps);
  const mean = new Float64Array(steps.count);
  const count = new Float64Array(steps.count);
  for (const { values, present } of series) {
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const seen = ++count[step]!;
      const delta = value - mean[step]!;
      mean[step]! += delta / seen;
      variance.values[step]! += delta * (value - mean[step]!);
      variance.present[step] = 1;
    }
  }
  for (let step = 0; step < steps.count; step++) {
    if (count[step] === 1 && loneVarianceIsZero) variance.values[step] = 0;
    else if (count[step]! > 0) variance.values[step]! /= count[step]!;
  }
  return variance;
}
