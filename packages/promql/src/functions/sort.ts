import { evaluateVector, textOf } from '../evaluate/evaluate.ts';
import type { StepSeries } from '../evaluate/steps.ts';
import { compareLabels } from '../labels/label-set.ts';
import type { Implementation } from './implementation.ts';
import { compareNaturally } from './natural-order.ts';

/** Functions that order the elements of an instant query; a range query's series have their own order. */
export const SORT = {
  sort: sorting(() => byValue((a, b) => a - b)),
  sort_desc: sorting(() => byValue((a, b) => b - a)),
  sort_by_label: sorting((names) => byLabels(names)),
  sort_by_label_desc: sorting((names) => (a, b) => byLabels(names)(b, a)),
} as const satisfies Record<string, Implementation>;

type Order = (a: StepSeries, b: StepSeries) => number;

function sorting(orderOf: (names: readonly string[]) => Order): Implementation {
  return {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const series = await evaluateVector(evaluation, args[0]!, steps);
      if (steps.count > 1) return { type: 'vector', series };
      return { type: 'vector', series: [...series].sort(orderOf(args.slice(1).map(textOf))) };
    },
  };
}

/** NaN comes last whichever way the values are sorted. */
function byValue(compare: (a: number, b: number) => number): Order {
  return ({ values: [a = 0] }, { values: [b = 0] }) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a === b ? 0 : compare(a, b);
  };
}

function byLabels(names: readonly string[]): Order {
  return ({ labels: a }, { labels: b }) => {
    for (const name of names) {
      const order = compareNaturally(a.get(name), b.get(name));
      if (order !== 0) return order;
    }
    return compareLabels(a, b);
  };
}
