import { EvaluationError } from '../errors.ts';
import { callFunction } from '../functions/call.ts';
import { type Expression, unwrapped } from '../syntax/ast.ts';
import { aggregate } from './aggregate.ts';
import { evaluateBinary } from './binary.ts';
import type { Evaluation } from './evaluation.ts';
import { isStepInvariant } from './invariant.ts';
import { selectInstant } from './select-instant.ts';
import { selectSmoothed } from './select-smoothed.ts';
import { hasValues, mergeAlike, relabelled, type StepSeries, type Steps, type Value } from './steps.ts';

/**
 * Evaluates an expression at all steps. What does not depend on the step, by `@`, is evaluated once.
 */
export async function evaluate(evaluation: Evaluation, expression: Expression, steps: Steps): Promise<Value> {
  const node = unwrapped(expression);
  if (steps.count > 1 && isStepInvariant(node)) {
    return spread(await evaluate(evaluation, node, { ...steps, count: 1 }), steps, evaluation);
  }
  switch (node.kind) {
    case 'number':
      return { type: 'scalar', values: new Float64Array(steps.count).fill(node.value) };
    case 'string':
      return { type: 'string', text: node.text };
    case 'selector':
      return {
        type: 'vector',
        series: await (node.edges === 'smoothed' ? selectSmoothed : selectInstant)(evaluation, node, steps),
      };
    case 'unary': {
      const operand = await evaluate(evaluation, node.operand, steps);
      return node.operator === '-' ? negated(operand, evaluation) : operand;
    }
    case 'binary':
      return evaluateBinary(evaluation, node, steps);
    case 'aggregation':
      return aggregate(evaluation, node, steps);
    case 'call':
      return callFunction(evaluation, node, steps);
    case 'range':
    case 'subquery':
      throw new EvaluationError('a range vector can only be evaluated at an instant, or as the argument of a function');
  }
}

/** Evaluates an argument that the type checker has found to be a scalar. */
export async function evaluateScalar(
  evaluation: Evaluation,
  expression: Expression,
  steps: Steps,
): Promise<Float64Array> {
  const value = await evaluate(evaluation, expression, steps);
  if (value.type !== 'scalar') throw new TypeError(`expected a scalar, got ${value.type}`);
  return value.values;
}

/** Evaluates an argument that the type checker has found to be an instant vector. */
export async function evaluateVector(
  evaluation: Evaluation,
  expression: Expression,
  steps: Steps,
): Promise<readonly StepSeries[]> {
  const value = await evaluate(evaluation, expression, steps);
  if (value.type !== 'vector') throw new TypeError(`expected a vector, got ${value.type}`);
  return value.series;
}

/** The text of an argument that the type checker has found to be a string. */
export function textOf(expression: Expression): string {
  const node = unwrapped(expression);
  if (node.kind !== 'string') throw new TypeError(`expected a string, got ${node.kind}`);
  return node.text;
}

function negated(value: Value, evaluation: Evaluation): Value {
  if (value.type === 'string') return value;
  const arrays = value.type === 'scalar' ? [value.values] : value.series.map((series) => series.values);
  for (const values of arrays) for (let step = 0; step < values.length; step++) values[step] = -values[step]!;
  if (value.type === 'scalar') return value;
  const renamed = value.series.map((series) => relabelled(series, evaluation.withoutName(series.labels)));
  return { type: 'vector', series: mergeAlike(renamed) };
}

/** Repeats the value of the first step at all steps. */
function spread(value: Value, { count }: Steps, { budget }: Evaluation): Value {
  if (value.type === 'string') return value;
  if (value.type === 'scalar') return { type: 'scalar', values: new Float64Array(count).fill(value.values[0]!) };
  budget.takeSamples(value.series.length * count);
  return {
    type: 'vector',
    series: value.series.filter(hasValues).map(({ labels, values }) => ({
      labels,
      values: new Float64Array(count).fill(values[0]!),
      present: new Uint8Array(count).fill(1),
    })),
  };
}
