import { EvaluationError } from '../errors.ts';
import type { LabelSet } from '../labels/label-set.ts';

/** The moments at which an expression is evaluated, in milliseconds. An instant query has one. */
export interface Steps {
  readonly start: number;
  readonly interval: number;
  readonly count: number;
}

export function timeAt(steps: Steps, step: number): number {
  return steps.start + step * steps.interval;
}

export function lastTime(steps: Steps): number {
  return timeAt(steps, steps.count - 1);
}

/** One series of an instant vector over all steps: a value where `present` is 1, nothing elsewhere. */
export interface StepSeries {
  readonly labels: LabelSet;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** What an expression other than a range vector evaluates to. Whoever receives it may write into its arrays. */
export type Value =
  | { readonly type: 'scalar'; readonly values: Float64Array }
  | { readonly type: 'vector'; readonly series: readonly StepSeries[] }
  | { readonly type: 'string'; readonly text: string };

export function emptySeries(labels: LabelSet, steps: Steps): StepSeries {
  return { labels, values: new Float64Array(steps.count), present: new Uint8Array(steps.count) };
}

/** The series with other labels and the same arrays. */
export function relabelled(series: StepSeries, labels: LabelSet): StepSeries {
  return { labels, values: series.values, present: series.present };
}

export function hasValues({ present }: StepSeries): boolean {
  return present.includes(1);
}

/** Brings together series that became alike when their labels changed, provided that they never meet. */
export function mergeAlike(series: readonly StepSeries[]): readonly StepSeries[] {
  const merged = new Map<string, StepSeries>();
  for (const one of series) {
    const before = merged.get(one.labels.key);
    if (before === undefined) merged.set(one.labels.key, one);
    else mergeInto(before, one);
  }
  return merged.size === series.length ? series : [...merged.values()];
}

function mergeInto(target: StepSeries, source: StepSeries): void {
  for (let step = 0; step < source.present.length; step++) {
    if (source.present[step] === 0) continue;
    if (target.present[step] === 1) throw sameLabels(source.labels);
    target.present[step] = 1;
    target.values[step] = source.values[step]!;
  }
}

/** The error of two series that cannot be told apart. */
export function sameLabels(labels: LabelSet): EvaluationError {
  return new EvaluationError(`vector cannot contain metrics with the same labelset: ${labels}`);
}
