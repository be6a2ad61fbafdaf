import type { Samples, Window } from '../evaluate/windows.ts';
import { extendedRate } from './extended-rate.ts';
import { type Implementation, overWindow, type RangeContext } from './implementation.ts';

/** What `rate`, `increase` and `delta` have in common, and where they differ. */
export interface RateKind {
  /** A counter starts again from zero when it falls; a gauge just falls. */
  readonly counter: boolean;
  readonly perSecond: boolean;
}

export const RATES = {
  delta: rate({ counter: false, perSecond: false }),
  increase: rate({ counter: true, perSecond: false }),
  rate: rate({ counter: true, perSecond: true }),
  irate: overWindow((samples, window) => lastDifference(samples, window, { counter: true, perSecond: true })),
  idelta: overWindow((samples, window) => lastDifference(samples, window, { counter: false, perSecond: false })),
} as const satisfies Record<string, Implementation>;

/** The endings that names of counters have by convention. */
const COUNTER_NAME = /_(?:total|sum|count|bucket)$/;

/** A window whose edge is within this many mean intervals of a sample is taken to be covered up to the edge. */
const COVERED_INTERVALS = 1.1;

function rate(kind: RateKind): Implementation {
  return {
    kind: 'range',
    over: (context) => {
      const compute = context.range.reach.before > 0 ? extendedRate(context, kind) : extrapolatedRate(context, kind);
      return kind.counter ? remarkingOnName(context, compute) : compute;
    },
  };
}

/** Prometheus's way to estimate the change over a whole window from the samples that happen to lie in it. */
function extrapolatedRate({ samples, range, evaluation }: RangeContext, { counter, perSecond }: RateKind) {
  const { timestamps, values } = samples;
  const resets = counter ? resetsOf(values) : [];
  const beforeThreshold = evaluation.dialect.zeroPoint === 'before-threshold';
  let nextReset = 0;

  return ({ from, to, start, end }: Window): number | undefined => {
    const last = to - 1;
    if (last === from) return undefined;
    const firstValue = values[from]!;
    let change = values[last]! - firstValue;
    while (nextReset < resets.length && resets[nextReset]! <= from) nextReset++;
    for (let reset = nextReset; reset < resets.length && resets[reset]! <= last; reset++) {
      change += values[resets[reset]! - 1]!;
    }

    const sampled = (timestamps[last]! - timestamps[from]!) / 1000;
    const interval = sampled / (last - from);
    const threshold = interval * COVERED_INTERVALS;
    let toStart = (timestamps[from]! - start) / 1000;
    let toEnd = (end - timestamps[last]!) / 1000;
    // A counter cannot have been below zero: it is not extrapolated further back than to where it would have been zero.
    const toZero = counter && change > 0 && firstValue >= 0 ? sampled * (firstValue / change) : Infinity;
    if (beforeThreshold) toStart = Math.min(toStart, toZero);
    if (toStart >= threshold) toStart = interval / 2;
    if (!beforeThreshold) toStart = Math.min(toStart, toZero);
    if (toEnd >= threshold) toEnd = interval / 2;

    let factor = (sampled + toStart + toEnd) / sampled;
    if (perSecond) factor /= range.rangeMs / 1000;
    return change * factor;
  };
}

/** The samples at which a counter fell. */
function resetsOf(values: Float64Array): number[] {
  const resets: number[] = [];
  for (let index = 1; index < values.length; index++) if (values[index]! < values[index - 1]!) resets.push(index);
  return resets;
}

function remarkingOnName(
  { samples: { labels }, call, evaluation }: RangeContext,
  compute: (window: Window) => number | undefined,
) {
  const name = labels.get('__name__');
  if (name === '' || COUNTER_NAME.test(name)) return compute;
  return (window: Window): number | undefined => {
    const value = compute(window);
    if (value !== undefined) {
      evaluation.annotations.inform(
        call.args[0]!.span,
        `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "${name}"`,
      );
    }
    return value;
  };
}

/** The difference of the last two samples. */
function lastDifference(
  { timestamps, values }: Samples,
  { from, to }: Window,
  { counter, perSecond }: RateKind,
): number | undefined {
  const last = to - 1;
  if (last === from) return undefined;
  const seconds = (timestamps[last]! - timestamps[last - 1]!) / 1000;
  const fell = values[last]! < values[last - 1]!;
  const change = counter && fell ? values[last]! : values[last]! - values[last - 1]!;
  return perSecond ? change / seconds : change;
}
