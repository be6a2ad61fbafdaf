import { EvaluationError } from '../errors.ts';
import { isLabelName } from '../labels/label-name.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { Aggregation } from '../syntax/ast.ts';
import { plainDecimal } from '../syntax/number.ts';
import { grouping } from './aggregate.ts';
import type { Evaluation } from './evaluation.ts';
import type { StepSeries, Steps } from './steps.ts';

/** `count_values`: how many elements of each group have each value; the value goes into a label. */
export function countValues(
  evaluation: Evaluation,
  node: Aggregation,
  label: string,
  series: readonly StepSeries[],
  steps: Steps,
): readonly StepSeries[] {
  if (!isLabelName(label, evaluation.dialect))
    throw new EvaluationError(`invalid label name "${label}" in count_values`);
  const group = grouping(node.without ? node : { ...node, grouping: [...node.grouping, label] });
  const counts = new Map<string, StepSeries>();

  for (const { labels, values, present } of series) {
    const targets = new Map<string, StepSeries>();
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const text = plainDecimal(values[step]!);
      let target = targets.get(text);
      if (target === undefined) targets.set(text, (target = counted(labels.with(label, text))));
      target.values[step]! += 1;
      target.present[step] = 1;
    }
  }
  return [...counts.values()];

  function counted(labels: LabelSet): StepSeries {
    const key = group.key(labels);
    let target = counts.get(key);
    if (target === undefined) counts.set(key, (target = evaluation.newSeries(group.labels(labels), steps)));
    return target;
  }
}
