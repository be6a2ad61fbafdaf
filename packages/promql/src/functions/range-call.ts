import { EvaluationError } from '../errors.ts';
import { evaluateScalar } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { emptySeries, type StepSeries, type Steps, sameLabels, timeAt } from '../evaluate/steps.ts';
import { type RangeVector, rangeVector, type Samples, type Window } from '../evaluate/windows.ts';
import { type Call, type MatrixSelector, type Subquery, unwrapped } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';

type RangeImplementation = Extract<Implementation, { kind: 'range' }>;

/** Calls a function for each series and step with the samples in its window. */
export async function callRangeFunction(
  evaluation: Evaluation,
  call: Call,
  implementation: RangeImplementation,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const scalars: Float64Array[] = [];
  for (const argument of call.args) {
    if (argument.type === 'scalar') scalars.push(await evaluateScalar(evaluation, argument, steps));
  }
  const argument = rangeArgument(call);
  if (argument.kind === 'range') checkEdges(call.name, argument.selector.edges);
  const range = await rangeVector(evaluation, argument, steps);
  const { budget } = evaluation;
  const results: StepSeries[] = [];
  const seen = new Set<string>();

  for (const samples of range.series) {
    const { labels } = samples;
    const result = emptySeries(implementation.keepsName ? labels : evaluation.withoutName(labels), steps);
    const compute = implementation.over({ samples, range, scalars, call, evaluation });
    const handled = slide(evaluation, range, samples, steps, result, compute);
    if (handled.some) {
      if (seen.has(result.labels.key)) throw sameLabels(result.labels);
      seen.add(result.labels.key);
      budget.takeSamples(steps.count);
      results.push(result);
    }
    if (budget.spend(handled.samples + steps.count)) await budget.pause();
  }
  return results;
}

/** The functions that know what to do with samples beyond the edges of a window. */
const EDGES: Readonly<Record<'anchored' | 'smoothed', readonly string[]>> = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
};

function checkEdges(name: string, edges: 'anchored' | 'smoothed' | undefined): void {
  if (edges === undefined || EDGES[edges].includes(name)) return;
  throw new EvaluationError(`${edges} modifier can only be used with: ${EDGES[edges].join(', ')} - not with ${name}`);
}

/** The argument that is a range vector. */
export function rangeArgument({ args }: Call): MatrixSelector | Subquery {
  for (const argument of args) {
    const node = unwrapped(argument);
    if (node.kind === 'range' || node.kind === 'subquery') return node;
  }
  throw new TypeError('expected a range vector among the arguments');
}

/** Moves a window over the samples of one series, step by step; both its ends only ever move forward. */
function slide(
  { dialect }: Evaluation,
  { rangeMs, offset, fixed, reach }: RangeVector,
  { timestamps }: Samples,
  steps: Steps,
  { values, present }: StepSeries,
  compute: (window: Window, step: number) => number | undefined,
): { some: boolean; samples: number } {
  const window: Window = { from: 0, to: 0, start: 0, end: 0, time: 0 };
  const excluded = dialect.leftEdge === 'excluded';
  const count = timestamps.length;
  let some = false;
  let samples = 0;
  for (let step = 0; step < steps.count; step++) {
    window.time = timeAt(steps, step);
    window.end = (fixed ?? window.time) - offset;
    window.start = window.end - rangeMs;
    const left = window.start - reach.before;
    const right = window.end + reach.after;
    while (window.to < count && timestamps[window.to]! <= right) window.to++;
    while (
      window.from < window.to &&
      (timestamps[window.from]! < left || (excluded && timestamps[window.from] === left))
    ) {
      window.from++;
    }
    if (window.from === window.to) continue;
    samples += window.to - window.from;
    const value = compute(window, step);
    if (value === undefined) continue;
    values[step] = value;
    present[step] = 1;
    some = true;
  }
  return { some, samples };
}
