import type { Samples, Window } from '../evaluate/windows.ts';
import type { Implementation, RangeContext } from './implementation.ts';

/** Functions that count what happens from sample to sample. */
export const CHANGES = {
  changes: counting((before, value) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  resets: counting((before, value) => value < before),
} as const satisfies Record<string, Implementation>;

function counting(happened: (before: number, value: number) => boolean): Implementation {
  return {
    kind: 'range',
    over: ({ samples, range }: RangeContext) => {
      const anchored = range.reach.before > 0;
      return (window) => {
        const from = anchored ? anchorOf(samples, window) : window.from;
        if (from === undefined) return undefined;
        let count = 0;
        for (let index = from + 1; index < window.to; index++) {
          if (happened(samples.values[index - 1]!, samples.values[index]!)) count++;
        }
        return count;
      };
    },
  };
}

/** The last sample at or before the left edge, from which an anchored window counts. */
function anchorOf({ timestamps }: Samples, { from, to, start }: Window): number | undefined {
  if (timestamps[to - 1]! <= start) return undefined;
  let anchor = from;
  while (anchor + 1 < to && timestamps[anchor + 1]! <= start) anchor++;
  return anchor;
}
