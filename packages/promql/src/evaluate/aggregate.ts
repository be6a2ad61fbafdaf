import { LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import { type Aggregation, unwrapped } from '../syntax/ast.ts';
import { ACCUMULATORS } from './accumulators.ts';
import { countValues } from './count-values.ts';
import { evaluateScalar, evaluateVector, textOf } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { aggregateQuantile } from './quantile-aggregation.ts';
import { selectK } from './select-k.ts';
import type { StepSeries, Steps, Value } from './steps.ts';

/** Series that an aggregation brings together, and the labels of what comes out. */
export interface Group {
  readonly labels: LabelSet;
  readonly series: StepSeries[];
}

/** Evaluates an aggregation at all steps. */
export async function aggregate(evaluation: Evaluation, node: Aggregation, steps: Steps): Promise<Value> {
  const { operator, parameter, operand } = node;
  if (operator === 'count_values') {
    const label = textOf(unwrapped(parameter!));
    return {
      type: 'vector',
      series: countValues(evaluation, node, label, await evaluateVector(evaluation, operand, steps), steps),
    };
  }
  const parameters = parameter === undefined ? undefined : await evaluateScalar(evaluation, parameter, steps);
  const groups = groupSeries(node, await evaluateVector(evaluation, operand, steps));

  const accumulator = ACCUMULATORS[operator];
  if (accumulator !== undefined) {
    const series: StepSeries[] = [];
    for (const group of groups) {
      series.push(accumulator(group, steps, evaluation));
      if (evaluation.budget.spend(group.series.length * steps.count)) await evaluation.budget.pause();
    }
    return { type: 'vector', series };
  }
  if (operator === 'quantile') {
    return { type: 'vector', series: await aggregateQuantile(evaluation, node, groups, parameters!, steps) };
  }
  return { type: 'vector', series: await selectK(evaluation, node, groups, parameters!, steps) };
}

function groupSeries(node: Aggregation, series: readonly StepSeries[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const { key: keyOf, labels: labelsOf } = grouping(node);
  for (const one of series) {
    const key = keyOf(one.labels);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { labels: labelsOf(one.labels), series: [] }));
    group.series.push(one);
  }
  return [...groups.values()];
}

/** The part of a label set by which an aggregation groups: as a key, and as the labels of the group. */
export function grouping({ grouping, without }: Pick<Aggregation, 'grouping' | 'without'>): {
  readonly key: (labels: LabelSet) => string;
  readonly labels: (labels: LabelSet) => LabelSet;
} {
  const named = new Set(grouping);
  if (named.size === 0 && !without) return { key: () => '', labels: () => LabelSet.empty };
  const accept = without
    ? (name: string) => name !== METRIC_NAME && !named.has(name)
    : (name: string) => named.has(name);
  return { key: (labels) => labels.keyOf(accept), labels: (labels) => labels.filter(accept) };
}
