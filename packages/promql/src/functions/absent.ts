import { evaluateVector } from '../evaluate/evaluate.ts';
import { emptySeries, hasValues, type StepSeries, type Steps, type Value } from '../evaluate/steps.ts';
import { LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import { type Expression, unwrapped } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';
import { callRangeFunction, rangeArgument } from './range-call.ts';

/** Functions that have a value where their argument has none. */
export const ABSENT = {
  absent: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) =>
      whereAbsent(await evaluateVector(evaluation, args[0]!, steps), args[0]!, steps),
  },
  absent_over_time: {
    kind: 'whole',
    evaluate: async (evaluation, call, steps) => {
      const counting: Implementation = { kind: 'range', keepsName: true, over: () => () => 1 };
      const present = await callRangeFunction(evaluation, call, counting, steps);
      return whereAbsent(present, rangeArgument(call), steps);
    },
  },
} as const satisfies Record<string, Implementation>;

function whereAbsent(series: readonly StepSeries[], argument: Expression, steps: Steps): Value {
  const result = emptySeries(labelsAskedFor(argument), steps);
  result.values.fill(1);
  for (let step = 0; step < steps.count; step++) {
    result.present[step] = series.some(({ present }) => present[step] === 1) ? 0 : 1;
  }
  return { type: 'vector', series: hasValues(result) ? [result] : [] };
}

/** The labels that a series would have to have: those that the selector fixes to one value. */
function labelsAskedFor(argument: Expression): LabelSet {
  const node = unwrapped(argument);
  const selector = node.kind === 'range' ? node.selector : node;
  if (selector.kind !== 'selector') return LabelSet.empty;
  const asked: Record<string, string> = {};
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !seen.has(name)) asked[name] = value;
    else delete asked[name];
    if (operator === '=') seen.add(name);
  }
  return LabelSet.from(asked);
}
