import { EvaluationError } from '../errors.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { BinaryExpression, Matching } from '../syntax/ast.ts';
import { isComparison } from '../syntax/operators.ts';
import { operationOf } from './arithmetic.ts';
import type { Evaluation } from './evaluation.ts';
import { matchedLabels, matchingKey } from './signature.ts';
import { emptySeries, hasValues, type StepSeries, type Steps, sameLabels } from './steps.ts';

/** The series of both sides that share a signature. */
interface Group {
  readonly many: StepSeries[];
  readonly one: StepSeries[];
}

/**
 * Arithmetic and comparisons between two vectors. Each element finds its partner by signature; one side must have at
 * most one element for a signature at any step, the other may have more where `group_left` or `group_right` says so.
 */
export async function matchVectors(
  evaluation: Evaluation,
  expression: BinaryExpression,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const { matching } = expression;
  const swapped = matching.cardinality === 'one-to-many';
  const [many, one] = swapped ? [right, left] : [left, right];
  // As Prometheus has it: with group_right, too, `fill_left` fills the side that is many.
  const { left: fillMany, right: fillOne } = matching.fill;
  const pairing = new Pairing(evaluation, expression, steps);

  for (const group of groupsOf(matching, many, one).values()) {
    failOnDuplicates(group.one, many, matching, swapped, steps);
    if (fillOne !== undefined && group.many.length > 0)
      group.one.push(standIn(group.many, group.one, matching, fillOne, steps));
    if (fillMany !== undefined && group.one.length > 0)
      group.many.push(standIn(group.one, group.many, matching, fillMany, steps));
    pairing.beginGroup();
    for (const ofMany of group.many) {
      for (const ofOne of group.one) {
        pairing.pair(ofMany, ofOne);
        if (evaluation.budget.spend(steps.count)) await evaluation.budget.pause();
      }
    }
  }
  return [...pairing.results.values()].filter(hasValues);
}

function groupsOf(matching: Matching, many: readonly StepSeries[], one: readonly StepSeries[]): Map<string, Group> {
  const keyOf = matchingKey(matching);
  const groups = new Map<string, Group>();
  for (const [side, series] of [
    ['many', many],
    ['one', one],
  ] as const) {
    for (const each of series) {
      const key = keyOf(each.labels);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { many: [], one: [] }));
      group[side].push(each);
    }
  }
  return groups;
}

/** Two elements of one signature on the side that is one are an error, unless the other side is wholly empty. */
function failOnDuplicates(
  one: readonly StepSeries[],
  many: readonly StepSeries[],
  matching: Matching,
  swapped: boolean,
  { count }: Steps,
): void {
  if (one.length < 2) return;
  for (let step = 0; step < count; step++) {
    const present = one.filter((series) => series.present[step] === 1);
    if (present.length < 2 || !many.some((series) => series.present[step] === 1)) continue;
    const [first, second] = present.map(({ labels }) => labels.toString());
    throw new EvaluationError(
      `found duplicate series for the match group ${matchedLabels(matching, present[0]!.labels)} on the ` +
        `${swapped ? 'left' : 'right'} hand-side of the operation: [${second}, ${first}];` +
        'many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }
}

/** A series that is there where some of `present` is and none of `missing`, for `fill()`. */
function standIn(
  present: readonly StepSeries[],
  missing: readonly StepSeries[],
  matching: Matching,
  value: number,
  steps: Steps,
): StepSeries {
  const filled = emptySeries(matchedLabels(matching, present[0]!.labels), steps);
  filled.values.fill(value);
  for (let step = 0; step < steps.count; step++) {
    const needed = present.some((series) => series.present[step] === 1);
    if (needed && !missing.some((series) => series.present[step] === 1)) filled.present[step] = 1;
  }
  return filled;
}

/** Computes pair after pair and sees to it that no element of the result comes twice. */
class Pairing {
  readonly results = new Map<string, StepSeries>();
  readonly #evaluation: Evaluation;
  readonly #expression: BinaryExpression;
  readonly #steps: Steps;
  readonly #operation: (left: number, right: number) => number;
  /** Steps already matched: by the group as a whole, or by label set where many may match. */
  #matched = new Map<string, Uint8Array>();

  constructor(evaluation: Evaluation, expression: BinaryExpression, steps: Steps) {
    this.#evaluation = evaluation;
    this.#expression = expression;
    this.#steps = steps;
    this.#operation = operationOf(expression.operator);
  }

  beginGroup(): void {
    this.#matched = new Map();
  }

  pair(many: StepSeries, one: StepSeries): void {
    const { operator, bool, matching } = this.#expression;
    const { cardinality } = matching;
    const labels = this.#labels(many.labels, one.labels);
    const matched = this.#matchedBy(cardinality === 'one-to-one' ? '' : labels.key);
    const swapped = cardinality === 'one-to-many';
    const filters = isComparison(operator) && !bool;
    const countsBeforeFilter = this.#evaluation.dialect.matchesCountBeforeFilter;
    let result: StepSeries | undefined;

    for (let step = 0; step < this.#steps.count; step++) {
      if (many.present[step] === 0 || one.present[step] === 0) continue;
      const left = swapped ? one.values[step]! : many.values[step]!;
      const right = swapped ? many.values[step]! : one.values[step]!;
      const computed = this.#operation(left, right);
      const kept = !filters || computed === 1;
      if (!kept && !countsBeforeFilter) continue;
      if (matched[step] === 1) throw ambiguous(cardinality);
      matched[step] = 1;
      if (!kept) continue;
      result ??= this.#result(labels);
      if (result.present[step] === 1) throw sameLabels(labels);
      result.present[step] = 1;
      result.values[step] = filters ? left : computed;
    }
  }

  #matchedBy(key: string): Uint8Array {
    let matched = this.#matched.get(key);
    if (matched === undefined) this.#matched.set(key, (matched = new Uint8Array(this.#steps.count)));
    return matched;
  }

  #result(labels: LabelSet): StepSeries {
    let result = this.results.get(labels.key);
    if (result === undefined) this.results.set(labels.key, (result = this.#evaluation.newSeries(labels, this.#steps)));
    return result;
  }

  #labels(many: LabelSet, one: LabelSet): LabelSet {
    const { matching } = this.#expression;
    let labels = this.#evaluation.labelsAfter(this.#expression, many);
    if (matching.cardinality === 'one-to-one') {
      labels = matching.on ? labels.keep(matching.labels) : labels.without(matching.labels);
    }
    for (const name of matching.include) labels = labels.with(name, one.get(name));
    return labels;
  }
}

function ambiguous(cardinality: Matching['cardinality']): EvaluationError {
  return new EvaluationError(
    cardinality === 'one-to-one'
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches',
  );
}
