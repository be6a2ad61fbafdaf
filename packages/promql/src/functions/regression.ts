import { EvaluationError } from '../errors.ts';
import type { Samples, Window } from '../evaluate/windows.ts';
import { CompensatedSum } from './compensated-sum.ts';
import type { Implementation } from './implementation.ts';
import { overWindow } from './implementation.ts';

/** Functions that lay a line, or a smoothed one, through the samples of a window. */
export const REGRESSION = {
  deriv: overWindow((samples, window) =>
    window.to - window.from < 2 ? undefined : regression(samples, window, samples.timestamps[window.from]!).slope,
  ),
  predict_linear: {
    kind: 'range',
    over:
      ({ samples, scalars }) =>
      (window, step) => {
        if (window.to - window.from < 2) return undefined;
        const { slope, intercept } = regression(samples, window, window.time);
        return slope * scalars[0]![step]! + intercept;
      },
  },
  double_exponential_smoothing: {
    kind: 'range',
    over:
      ({ samples, scalars }) =>
      (window, step) =>
        smoothed(samples, window, scalars[0]![step]!, scalars[1]![step]!),
  },
} as const satisfies Record<string, Implementation>;

/** Least squares, with seconds counted from `origin`, which should be near the samples. */
function regression({ timestamps, values }: Samples, { from, to }: Window, origin: number) {
  const x = new CompensatedSum();
  const y = new CompensatedSum();
  const xy = new CompensatedSum();
  const xx = new CompensatedSum();
  const first = values[from]!;
  let constant = true;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (index > from && value !== first) constant = false;
    const seconds = (timestamps[index]! - origin) / 1000;
    x.add(seconds);
    y.add(value);
    xy.add(seconds * value);
    xx.add(seconds * seconds);
  }
  if (constant) {
    return Math.abs(first) === Infinity ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
  }
  const count = to - from;
  const slope = (xy.total - (x.total * y.total) / count) / (xx.total - (x.total * x.total) / count);
  return { slope, intercept: y.total / count - (slope * x.total) / count };
}

/** Holt's method: a level and a trend, each smoothed by its own factor. */
function smoothed({ values }: Samples, { from, to }: Window, factor: number, trendFactor: number): number | undefined {
  if (!(factor > 0 && factor < 1)) throw outOfBounds('smoothing', factor);
  if (!(trendFactor > 0 && trendFactor < 1)) throw outOfBounds('trend', trendFactor);
  if (to - from < 2) return undefined;
  let before = 0;
  let level = values[from]!;
  let trend = values[from + 1]! - level;
  for (let index = from + 1; index < to; index++) {
    if (index > from + 1) trend = trendFactor * (level - before) + (1 - trendFactor) * trend;
    const next = factor * values[index]! + (1 - factor) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

function outOfBounds(what: 'smoothing' | 'trend', given: number): EvaluationError {
  return new EvaluationError(`invalid ${what} factor. Expected: 0 < factor < 1, got: ${given}`);
}
