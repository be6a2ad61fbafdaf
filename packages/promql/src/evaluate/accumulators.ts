import type { AggregationOperator } from '../syntax/operators.ts';
import type { Group } from './aggregate.ts';
import type { Evaluation } from './evaluation.ts';
import type { StepSeries, Steps } from './steps.ts';

/** Brings the series of a group together into one. */
type Accumulator = (group: Group, steps: Steps, evaluation: Evaluation) => StepSeries;

/** The aggregations that give one number for each group and need no parameter. */
export const ACCUMULATORS: Partial<Record<AggregationOperator, Accumulator>> = {
  sum: sums,
  avg: (group, steps, evaluation) =>
    (evaluation.dialect.compensatedSums ? averages : runningMeans)(group, steps, evaluation),
  min: (group, steps, evaluation) => extremes(group, steps, evaluation, (value, least) => value < least),
  max: (group, steps, evaluation) => extremes(group, steps, evaluation, (value, most) => value > most),
  count: counts,
  group: (group, steps, evaluation) => {
    const one = counts(group, steps, evaluation);
    one.values.fill(1);
    return one;
  },
  stddev: (group, steps, evaluation) => {
    const variance = variances(group, steps, evaluation);
    for (let step = 0; step < steps.count; step++) variance.values[step] = Math.sqrt(variance.values[step]!);
    return variance;
  },
  stdvar: variances,
};

function counts({ labels, series }: Group, steps: Steps, evaluation: Evaluation): StepSeries {
  const total = evaluation.newSeries(labels, steps);
  for (const { present } of series) {
    for (let step = 0; step < steps.count; step++) {
      total.values[step]! += present[step]!;
      total.present[step]! |= present[step]!;
    }
  }
  return total;
}

/** Sums with the rounding errors kept apart and added last (Kahan's method as Neumaier improved it). */
function sums({ labels, series }: Group, steps: Steps, evaluation: Evaluation): StepSeries {
  const total = evaluation.newSeries(labels, steps);
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
  if (evaluation.dialect.compensatedSums)
    for (let step = 0; step < steps.count; step++) total.values[step]! += lost[step]!;
  return total;
}

/** The sum by the count, and a mean that moves with each value where the sum would overflow. */
function averages(group: Group, steps: Steps, evaluation: Evaluation): StepSeries {
  const total = sums(group, steps, evaluation);
  const count = counts(group, steps, evaluation).values;
  const overflowed = total.values.some((value, step) => total.present[step] === 1 && Math.abs(value) === Infinity);
  const moving = overflowed ? runningMeans(group, steps, evaluation) : undefined;
  for (let step = 0; step < steps.count; step++) {
    const sum = total.values[step]!;
    total.values[step] = Math.abs(sum) === Infinity ? moving!.values[step]! : sum / count[step]!;
  }
  return total;
}

function runningMeans({ labels, series }: Group, steps: Steps, evaluation: Evaluation): StepSeries {
  const mean = evaluation.newSeries(labels, steps);
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
  evaluation: Evaluation,
  better: (value: number, best: number) => boolean,
): StepSeries {
  const best = evaluation.newSeries(labels, steps);
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
function variances({ labels, series }: Group, steps: Steps, evaluation: Evaluation): StepSeries {
  const variance = evaluation.newSeries(labels, steps);
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
    if (count[step] === 1 && evaluation.dialect.loneVarianceIsZero) variance.values[step] = 0;
    else if (count[step]! > 0) variance.values[step]! /= count[step]!;
  }
  return variance;
}
