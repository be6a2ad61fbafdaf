import type { BinaryExpression } from '../syntax/ast.ts';
import type { Evaluation } from './evaluation.ts';
import { matchingKey } from './signature.ts';
import { hasValues, mergeAlike, type StepSeries, type Steps } from './steps.ts';

/** `and`, `or` and `unless`: elements chosen by whether the other side has a match at that step. */
export async function combineSets(
  { budget }: Evaluation,
  { operator, matching }: BinaryExpression,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const keyOf = matchingKey(matching);
  const [chosen, other] = operator === 'or' ? [right, left] : [left, right];
  const covered = coverage(other, keyOf, steps);

  for (const { labels, present } of chosen) {
    const cover = covered.get(keyOf(labels));
    for (let step = 0; step < steps.count; step++) {
      const matched = cover !== undefined && cover[step] === 1;
      if (matched !== (operator === 'and')) present[step] = 0;
    }
    if (budget.spend(steps.count)) await budget.pause();
  }
  const kept = chosen.filter(hasValues);
  return operator === 'or' ? mergeAlike([...left, ...kept]) : kept;
}

/** For each signature, the steps at which any series has it. */
function coverage(
  series: readonly StepSeries[],
  keyOf: (labels: StepSeries['labels']) => string,
  { count }: Steps,
): Map<string, Uint8Array> {
  const covered = new Map<string, Uint8Array>();
  for (const { labels, present } of series) {
    const key = keyOf(labels);
    const cover = covered.get(key);
    if (cover === undefined) covered.set(key, present.slice());
    else for (let step = 0; step < count; step++) cover[step]! |= present[step]!;
  }
  return covered;
}
