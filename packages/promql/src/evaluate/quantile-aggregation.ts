import { QuantileBuffer, warnOfQuantile } from '../functions/quantile.ts';
import type { Aggregation } from '../syntax/ast.ts';
import type { Group } from './aggregate.ts';
import type { Evaluation } from './evaluation.ts';
import { hasValues, type StepSeries, type Steps } from './steps.ts';

/** `quantile(φ, …)` over the elements of each group. */
export async function aggregateQuantile(
  evaluation: Evaluation,
  node: Aggregation,
  groups: readonly Group[],
  quantiles: Float64Array,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const { budget, annotations } = evaluation;
  for (const quantile of quantiles) warnOfQuantile(annotations, node.parameter!.span, quantile);
  const results: StepSeries[] = [];
  for (const { labels, series } of groups) {
    const result = evaluation.newSeries(labels, steps);
    const buffer = new QuantileBuffer();
    for (let step = 0; step < steps.count; step++) {
      buffer.clear();
      for (const { values, present } of series) if (present[step] === 1) buffer.push(values[step]!);
      if (buffer.length === 0) continue;
      result.values[step] = buffer.quantile(quantiles[step]!);
      result.present[step] = 1;
      if (budget.spend(series.length)) await budget.pause();
    }
    results.push(result);
  }
  return results.filter(hasValues);
}
