import type { Window } from '../evaluate/windows.ts';
import type { RangeContext } from './implementation.ts';
import type { RateKind } from './rate.ts';

/**
 * The change over exactly the window, for selectors with `anchored` (the value at an edge is that of the sample before
 * it) or `smoothed` (the value at an edge lies on the line between the samples around it).
 */
export function extendedRate({ samples, range }: RangeContext, { counter, perSecond }: RateKind) {
  const { timestamps, values } = samples;
  const smoothed = range.reach.after > 0;

  const between = (before: number, after: number, time: number): number => {
    const from = counter && values[after]! < values[before]! ? 0 : values[before]!;
    const share = (time - timestamps[before]!) / (timestamps[after]! - timestamps[before]!);
    return from + (values[after]! - from) * share;
  };

  return ({ from, to, start, end }: Window): number | undefined => {
    let first = from;
    while (first + 1 < to && timestamps[first + 1]! <= start) first++;
    let last = to - 1;
    if (smoothed) while (last > from && timestamps[last - 1]! >= end) last--;
    if (timestamps[last]! <= start) return undefined;

    const left = smoothed && timestamps[first]! < start ? between(first, first + 1, start) : values[first]!;
    const right = smoothed && last > from && timestamps[last]! > end ? between(last - 1, last, end) : values[last]!;
    let change = right - left;
    if (counter) {
      const innerFirst = timestamps[first]! <= start ? first + 1 : first;
      const innerLast = timestamps[last]! >= end ? last - 1 : last;
      let before = left;
      for (let index = innerFirst; index <= innerLast; index++) {
        if (values[index]! < before) change += before;
        before = values[index]!;
      }
      if (right < before) change += before;
    }
    return perSecond ? change / (range.rangeMs / 1000) : change;
  };
}
