import { evaluateScalar, evaluateVector } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import {
  emptySeries,
  hasValues,
  mergeAlike,
  relabelled,
  type StepSeries,
  type Steps,
  timeAt,
  type Value,
} from '../evaluate/steps.ts';
import { LabelSet } from '../labels/label-set.ts';
import type { Call } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';
import { callRangeFunction } from './range-call.ts';
import { FUNCTIONS } from './table.ts';

/** Evaluates a call at all steps, in the way its function is computed. */
export async function callFunction(evaluation: Evaluation, call: Call, steps: Steps): Promise<Value> {
  const implementation = FUNCTIONS[call.name];
  switch (implementation.kind) {
    case 'element':
      return { type: 'vector', series: await callElementFunction(evaluation, call, implementation, steps) };
    case 'date':
      return { type: 'vector', series: await callDateFunction(evaluation, call, implementation.compute, steps) };
    case 'range':
      return { type: 'vector', series: await callRangeFunction(evaluation, call, implementation, steps) };
    case 'whole':
      return implementation.evaluate(evaluation, call, steps);
  }
}

async function callElementFunction(
  evaluation: Evaluation,
  { args }: Call,
  { compute, isVoid }: Extract<Implementation, { kind: 'element' }>,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const [first, second] = await Promise.all(args.slice(1).map((each) => evaluateScalar(evaluation, each, steps)));
  const series = await evaluateVector(evaluation, args[0]!, steps);
  for (const { values, present } of series) {
    for (let step = 0; step < values.length; step++) {
      const a = first === undefined ? 1 : first[step]!;
      const b = second === undefined ? 0 : second[step]!;
      if (isVoid?.(a, b)) present[step] = 0;
      else values[step] = compute(values[step]!, a, b);
    }
    if (evaluation.budget.spend(steps.count)) await evaluation.budget.pause();
  }
  const renamed = mergeAlike(series.map((one) => relabelled(one, evaluation.withoutName(one.labels))));
  return isVoid === undefined ? renamed : renamed.filter(hasValues);
}

async function callDateFunction(
  evaluation: Evaluation,
  { args }: Call,
  compute: (date: Date) => number,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const series = args[0] === undefined ? [momentsOf(steps)] : await evaluateVector(evaluation, args[0], steps);
  const date = new Date(0);
  for (const { values } of series) {
    for (let step = 0; step < values.length; step++) {
      date.setTime(Math.trunc(values[step]!) * 1000);
      values[step] = compute(date);
    }
  }
  return mergeAlike(series.map((one) => relabelled(one, evaluation.withoutName(one.labels))));
}

/** The moments of the steps, in seconds, as a vector of one element without labels. */
function momentsOf(steps: Steps): StepSeries {
  const moments = emptySeries(LabelSet.empty, steps);
  moments.present.fill(1);
  for (let step = 0; step < steps.count; step++) moments.values[step] = timeAt(steps, step) / 1000;
  return moments;
}
