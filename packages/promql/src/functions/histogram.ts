import { evaluateScalar, evaluateVector, textOf } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { hasValues, mergeAlike, type StepSeries, type Steps } from '../evaluate/steps.ts';
import { type LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import type { Expression } from '../syntax/ast.ts';
import { parseFloatLabel, plainDecimal } from '../syntax/number.ts';
import { Buckets } from './buckets.ts';
import type { Implementation } from './implementation.ts';
import { warnOfQuantile } from './quantile.ts';

const BOUND = 'le';

/** Functions of classic histograms. */
export const HISTOGRAM = {
  histogram_quantile: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const quantiles = await evaluateScalar(evaluation, args[0]!, steps);
      for (const quantile of quantiles) warnOfQuantile(evaluation.annotations, args[0]!.span, quantile);
      const histograms = await histogramsOf(evaluation, args[1]!, steps);
      const compute = quantileAt(evaluation, args[1]!, quantiles);
      return { type: 'vector', series: await computeAll(evaluation, histograms, steps, compute) };
    },
  },
  histogram_quantiles: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const label = textOf(args[1]!);
      const histograms = await histogramsOf(evaluation, args[0]!, steps);
      const series: StepSeries[] = [];
      for (const argument of args.slice(2)) {
        const quantiles = await evaluateScalar(evaluation, argument, steps);
        for (const quantile of quantiles) warnOfQuantile(evaluation.annotations, argument.span, quantile);
        const compute = quantileAt(evaluation, args[0]!, quantiles);
        const named = histograms.map((one) => ({
          ...one,
          labels: one.labels.with(label, plainDecimal(quantiles[0]!)),
        }));
        series.push(...(await computeAll(evaluation, named, steps, compute)));
      }
      return { type: 'vector', series: mergeAlike(series) };
    },
  },
  histogram_fraction: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const lower = await evaluateScalar(evaluation, args[0]!, steps);
      const upper = await evaluateScalar(evaluation, args[1]!, steps);
      const histograms = await histogramsOf(evaluation, args[2]!, steps);
      const compute = (buckets: Buckets, step: number) => buckets.fraction(lower[step]!, upper[step]!);
      return { type: 'vector', series: await computeAll(evaluation, histograms, steps, compute) };
    },
  },
} as const satisfies Record<string, Implementation>;

/** The series of one histogram, by rising upper bound. */
interface Histogram {
  readonly labels: LabelSet;
  readonly buckets: { readonly bound: number; readonly series: StepSeries }[];
}

async function histogramsOf(evaluation: Evaluation, argument: Expression, steps: Steps): Promise<readonly Histogram[]> {
  const histograms = new Map<string, Histogram>();
  for (const series of await evaluateVector(evaluation, argument, steps)) {
    const bound = parseFloatLabel(series.labels.get(BOUND));
    if (bound === undefined) {
      const name = series.labels.get(METRIC_NAME);
      evaluation.annotations.warn(
        argument.span,
        `bucket label "le" is missing or has a malformed value of "${series.labels.get(BOUND)}"${name && ` for metric name "${name}"`}`,
      );
      continue;
    }
    const key = series.labels.keyOf((label) => label !== BOUND);
    let histogram = histograms.get(key);
    if (histogram === undefined) {
      const labels = evaluation.withoutName(series.labels).without([BOUND]);
      histograms.set(key, (histogram = { labels, buckets: [] }));
    }
    histogram.buckets.push({ bound, series });
  }
  for (const { buckets } of histograms.values()) buckets.sort((a, b) => a.bound - b.bound);
  return [...histograms.values()];
}

async function computeAll(
  evaluation: Evaluation,
  histograms: readonly Histogram[],
  steps: Steps,
  compute: (buckets: Buckets, step: number) => number,
): Promise<readonly StepSeries[]> {
  const scratch = new Buckets();
  const results: StepSeries[] = [];
  for (const { labels, buckets } of histograms) {
    const result = evaluation.newSeries(labels, steps);
    for (let step = 0; step < steps.count; step++) {
      scratch.clear();
      for (const { bound, series } of buckets)
        if (series.present[step] === 1) scratch.push(bound, series.values[step]!);
      if (scratch.bounds.length === 0) continue;
      result.values[step] = compute(scratch, step);
      result.present[step] = 1;
    }
    if (hasValues(result)) results.push(result);
    if (evaluation.budget.spend(buckets.length * steps.count)) await evaluation.budget.pause();
  }
  return mergeAlike(results);
}

function quantileAt({ annotations }: Evaluation, argument: Expression, quantiles: Float64Array) {
  return (buckets: Buckets, step: number): number => {
    const value = buckets.quantile(quantiles[step]!);
    if (buckets.forcedMonotonic) {
      annotations.inform(argument.span, 'input to histogram_quantile needed to be fixed for monotonicity');
    }
    return value;
  };
}
