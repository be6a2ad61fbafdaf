import type { BinaryExpression } from '../syntax/ast.ts';
import { isComparison, isSetOperator } from '../syntax/operators.ts';
import { operationOf } from './arithmetic.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { matchVectors } from './match-vectors.ts';
import { combineSets } from './set-operators.ts';
import { hasValues, mergeAlike, relabelled, type StepSeries, type Steps, type Value } from './steps.ts';

/** Evaluates both sides and combines them, as their types ask. */
export async function evaluateBinary(
  evaluation: Evaluation,
  expression: BinaryExpression,
  steps: Steps,
): Promise<Value> {
  const left = await evaluate(evaluation, expression.left, steps);
  const right = await evaluate(evaluation, expression.right, steps);

  if (left.type === 'vector' && right.type === 'vector') {
    const combine = isSetOperator(expression.operator) ? combineSets : matchVectors;
    return { type: 'vector', series: await combine(evaluation, expression, left.series, right.series, steps) };
  }
  if (left.type === 'vector' && right.type === 'scalar') {
    return { type: 'vector', series: withScalar(evaluation, expression, left.series, right.values, false) };
  }
  if (left.type === 'scalar' && right.type === 'vector') {
    return { type: 'vector', series: withScalar(evaluation, expression, right.series, left.values, true) };
  }
  if (left.type !== 'scalar' || right.type !== 'scalar') throw new TypeError('operands must be scalars or vectors');
  const operation = operationOf(expression.operator);
  const { values } = left;
  for (let step = 0; step < steps.count; step++) values[step] = operation(values[step]!, right.values[step]!);
  return { type: 'scalar', values };
}

/** A vector with a number beside it. A comparison filters the vector's elements, unless it has `bool`. */
function withScalar(
  evaluation: Evaluation,
  expression: BinaryExpression,
  series: readonly StepSeries[],
  scalar: Float64Array,
  scalarIsLeft: boolean,
): readonly StepSeries[] {
  const operation = operationOf(expression.operator);
  const filters = isComparison(expression.operator) && !expression.bool;
  for (const { values, present } of series) {
    for (let step = 0; step < values.length; step++) {
      if (present[step] === 0) continue;
      const value = values[step]!;
      const result = scalarIsLeft ? operation(scalar[step]!, value) : operation(value, scalar[step]!);
      if (filters) present[step] = result;
      else values[step] = result;
    }
  }
  if (filters) return series.filter(hasValues);
  return mergeAlike(series.map((one) => relabelled(one, evaluation.labelsAfter(expression, one.labels))));
}
