import { EvaluationError } from '../errors.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { Aggregation } from '../syntax/ast.ts';
import type { Group } from './aggregate.ts';
import { bestOf } from './best-of.ts';
import type { Evaluation } from './evaluation.ts';
import { hasValues, type StepSeries, type Steps } from './steps.ts';

/** From the elements of a group that are there at a step, those to keep, in the order of the result. */
type Choice = (present: StepSeries[], step: number) => readonly StepSeries[];

/**
 * `topk`, `bottomk`, `limitk` and `limit_ratio`: some of the elements of each group, with all their labels. At a single
 * step they come in the order of their values.
 */
export async function selectK(
  evaluation: Evaluation,
  { operator, parameter }: Aggregation,
  groups: readonly Group[],
  parameters: Float64Array,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const { budget, annotations } = evaluation;
  const choose = choiceOf(operator, parameters);
  if (operator === 'limit_ratio') {
    const excess = parameters.find((ratio) => ratio > 1 || ratio < -1);
    if (excess !== undefined) {
      annotations.warn(
        parameter!.span,
        `ratio value should be between -1 and 1, got ${excess}, capping to ${Math.sign(excess)}`,
      );
    }
  }

  const chosen = new Map<StepSeries, StepSeries>();
  for (const { series } of groups) {
    for (let step = 0; step < steps.count; step++) {
      const present = series.filter((one) => one.present[step] === 1);
      for (const one of choose(present, step)) {
        let result = chosen.get(one);
        if (result === undefined) chosen.set(one, (result = evaluation.newSeries(one.labels, steps)));
        result.values[step] = one.values[step]!;
        result.present[step] = 1;
      }
      if (budget.spend(series.length)) await budget.pause();
    }
  }
  return [...chosen.values()].filter(hasValues);
}

function choiceOf(operator: Aggregation['operator'], parameters: Float64Array): Choice {
  if (operator === 'limit_ratio') {
    if (parameters.some(Number.isNaN)) throw new EvaluationError('ratio value of limit_ratio is NaN');
    return (present, step) => present.filter(({ labels }) => withinRatio(labels, parameters[step]!));
  }
  for (const k of parameters) {
    if (Number.isNaN(k)) throw new EvaluationError(`parameter of ${operator} is NaN`);
    if (Math.abs(k) >= 2 ** 63) throw new EvaluationError(`scalar value ${k} of ${operator} overflows int64`);
  }
  const wanted = (step: number) => Math.max(0, Math.trunc(parameters[step]!));
  if (operator === 'limitk') return (present, step) => present.slice(0, wanted(step));
  const better = operator === 'topk' ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  return (present, step) => bestOf(present, step, Math.min(wanted(step), present.length), better);
}

/** Whether a series falls into the sample: always the same one for the same labels. */
function withinRatio(labels: LabelSet, ratio: number): boolean {
  const place = hashOf(labels.key) / 2 ** 32;
  return ratio >= 0 ? place < ratio : place >= 1 + ratio;
}

/** FNV-1a with a final mix, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
