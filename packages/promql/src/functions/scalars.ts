import { evaluateScalar, evaluateVector } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { selectInstant } from '../evaluate/select-instant.ts';
import { mergeAlike, relabelled, type Steps, timeAt } from '../evaluate/steps.ts';
import { LabelSet } from '../labels/label-set.ts';
import { unwrapped } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';

/** Functions between scalars and vectors, and those of time. */
export const SCALARS = {
  end: constant(({ setting }) => setting.query.end / 1000),
  pi: constant(() => Math.PI),
  range: constant(({ setting }) => (setting.query.end - setting.query.start) / 1000),
  start: constant(({ setting }) => setting.query.start / 1000),
  step: constant(({ setting }) => setting.query.step / 1000),
  time: {
    kind: 'whole',
    evaluate: async (_, __, steps) => ({ type: 'scalar', values: secondsOf(steps) }),
  },
  scalar: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const series = await evaluateVector(evaluation, args[0]!, steps);
      const values = new Float64Array(steps.count);
      for (let step = 0; step < steps.count; step++) {
        const found = series.filter(({ present }) => present[step] === 1);
        values[step] = found.length === 1 ? found[0]!.values[step]! : Number.NaN;
      }
      return { type: 'scalar', values };
    },
  },
  timestamp: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const node = unwrapped(args[0]!);
      // Only a selector's elements remember when they were sampled; any other's are of the step.
      const sampled = node.kind === 'selector';
      const series = sampled
        ? await selectInstant(evaluation, node, steps, 'timestamp')
        : await evaluateVector(evaluation, node, steps);
      if (!sampled) for (const { values } of series) values.set(secondsOf(steps));
      return {
        type: 'vector',
        series: mergeAlike(series.map((one) => relabelled(one, evaluation.withoutName(one.labels)))),
      };
    },
  },
  vector: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const values = await evaluateScalar(evaluation, args[0]!, steps);
      const present = new Uint8Array(steps.count).fill(1);
      return { type: 'vector', series: [{ labels: LabelSet.empty, values, present }] };
    },
  },
} as const satisfies Record<string, Implementation>;

function constant(compute: (evaluation: Evaluation) => number): Implementation {
  return {
    kind: 'whole',
    evaluate: async (evaluation, _, steps) => ({
      type: 'scalar',
      values: new Float64Array(steps.count).fill(compute(evaluation)),
    }),
  };
}

function secondsOf(steps: Steps): Float64Array {
  return Float64Array.from({ length: steps.count }, (_, step) => timeAt(steps, step) / 1000);
}
