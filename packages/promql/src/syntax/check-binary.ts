import type { BinaryExpression } from './ast.ts';
import { isComparison, isSetOperator } from './operators.ts';
import type { Span } from './position.ts';
import type { Reading } from './reading.ts';

/** Checks operands and modifiers of a binary expression against each other. */
export function checkBinary(reading: Reading, expression: BinaryExpression): void {
  const { operator, left, right, bool, matching, span } = expression;
  const comparison = isComparison(operator);
  const operatorSpan = between(reading, left.span, right.span);

  if (bool && !comparison) reading.fail(operatorSpan, 'bool modifier can only be used on comparison operators');
  if (comparison && !bool && left.type === 'scalar' && right.type === 'scalar') {
    reading.fail(operatorSpan, 'comparisons between scalars must use BOOL modifier');
  }
  const both = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined;
  if (both !== undefined) reading.fail(operatorSpan, `label "${both}" must not occur in ON and GROUP clause at once`);
  for (const operand of [left, right]) {
    if (operand.type !== 'scalar' && operand.type !== 'vector') {
      reading.fail(operand.span, 'binary expression must contain only scalar and instant vector types');
    }
  }

  const filled = matching.fill.left !== undefined || matching.fill.right !== undefined;
  if (left.type === 'vector' && right.type === 'vector') {
    if (!isSetOperator(operator)) return;
    if (matching.cardinality !== 'many-to-many') reading.fail(span, `no grouping allowed for "${operator}" operation`);
    if (filled) reading.fail(span, 'filling in missing series not allowed for set operators');
    return;
  }
  if (matching.labels.length > 0) reading.fail(span, 'vector matching only allowed between instant vectors');
  if (filled) reading.fail(span, 'filling in missing series only allowed between instant vectors');
  if (isSetOperator(operator)) reading.fail(span, `set operator "${operator}" not allowed in binary scalar expression`);
}

/** The operator and its modifiers: what is between the operands, without the spaces around it. */
function between(reading: Reading, left: Span, right: Span): Span {
  const text = reading.text.slice(left.to, right.from);
  return { from: left.to + text.length - text.trimStart().length, to: right.from };
}
