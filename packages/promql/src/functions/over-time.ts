import type { Samples, Window } from '../evaluate/windows.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { type Implementation, overWindow } from './implementation.ts';
import { QuantileBuffer, warnOfQuantile } from './quantile.ts';

/** Functions that bring the samples of a window together into one number. */
export const OVER_TIME = {
  avg_over_time: overWindow(average),
  count_over_time: overWindow((_, { from, to }) => to - from),
  first_over_time: {
    kind: 'range',
    keepsName: true,
    over:
      ({ samples }) =>
      ({ from }) =>
        samples.values[from]!,
  },
  last_over_time: {
    kind: 'range',
    keepsName: true,
    over:
      ({ samples }) =>
      ({ to }) =>
        samples.values[to - 1]!,
  },
  mad_over_time: overWindow(medianAbsoluteDeviation),
  max_over_time: overWindow((samples, window) => samples.values[extreme(samples, window, (a, b) => a > b)]!),
  min_over_time: overWindow((samples, window) => samples.values[extreme(samples, window, (a, b) => a < b)]!),
  present_over_time: overWindow(() => 1),
  quantile_over_time: {
    kind: 'range',
    over:
      ({ samples, scalars, call, evaluation }) =>
      (window, step) => {
        const quantile = scalars[0]![step]!;
        warnOfQuantile(evaluation.annotations, call.args[0]!.span, quantile);
        return fillBuffer(samples, window).quantile(quantile);
      },
  },
  stddev_over_time: overWindow((samples, window) => Math.sqrt(variance(samples, window))),
  stdvar_over_time: overWindow(variance),
  sum_over_time: overWindow(sum),
  ts_of_first_over_time: overWindow(({ timestamps }, { from }) => timestamps[from]! / 1000),
  ts_of_last_over_time: overWindow(({ timestamps }, { to }) => timestamps[to - 1]! / 1000),
  ts_of_max_over_time: overWindow(
    (samples, window) => samples.timestamps[extreme(samples, window, (a, b) => a >= b)]! / 1000,
  ),
  ts_of_min_over_time: overWindow(
    (samples, window) => samples.timestamps[extreme(samples, window, (a, b) => a <= b)]! / 1000,
  ),
} as const satisfies Record<string, Implementation>;

const buffer = new QuantileBuffer();

function fillBuffer({ values }: Samples, { from, to }: Window): QuantileBuffer {
  buffer.clear();
  for (let index = from; index < to; index++) buffer.push(values[index]!);
  return buffer;
}

function sum({ values }: Samples, { from, to }: Window): number {
  const total = new CompensatedSum();
  for (let index = from; index < to; index++) total.add(values[index]!);
  return total.total;
}

/** The sum by the count, and from where the sum would overflow a mean that moves with each value. */
function average({ values }: Samples, { from, to }: Window): number {
  const total = new CompensatedSum(values[from]!);
  for (let index = from + 1; index < to; index++) {
    const { sum, lost } = total;
    total.add(values[index]!);
    if (Math.abs(total.sum) !== Infinity) continue;
    return runningMean(values, index, to, sum / (index - from), lost / (index - from), index - from);
  }
  const count = to - from;
  return total.sum / count + total.lost / count;
}

function runningMean(values: Float64Array, from: number, to: number, mean: number, lost: number, seen: number): number {
  let count = seen;
  let before = mean;
  let error = lost;
  for (let index = from; index < to; index++) {
    count++;
    const value = values[index]!;
    // An infinite mean stays what it is until a NaN or the other infinity comes; by differences it would turn to NaN.
    if (Math.abs(before) === Infinity && !Number.isNaN(value) && value !== -before) continue;
    const share = (count - 1) / count;
    const step = new CompensatedSum(share * before);
    step.lost = share * error;
    step.add(value / count);
    before = step.sum;
    error = step.lost;
  }
  return before + error;
}

/** Population variance by Welford's method, rounding errors kept apart. */
function variance({ values }: Samples, { from, to }: Window): number {
  const mean = new CompensatedSum();
  const squares = new CompensatedSum();
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    const delta = value - mean.total;
    mean.add(delta / (index - from + 1));
    squares.add(delta * (value - mean.total));
  }
  return squares.total / (to - from);
}

/** The index of the extreme value; NaN only where there is nothing else. */
function extreme({ values }: Samples, { from, to }: Window, better: (a: number, b: number) => boolean): number {
  let best = from;
  for (let index = from; index < to; index++) {
    if (better(values[index]!, values[best]!) || Number.isNaN(values[best]!)) best = index;
  }
  return best;
}

function medianAbsoluteDeviation(samples: Samples, window: Window): number {
  const median = fillBuffer(samples, window).quantile(0.5);
  buffer.clear();
  for (let index = window.from; index < window.to; index++) buffer.push(Math.abs(samples.values[index]! - median));
  return buffer.quantile(0.5);
}
