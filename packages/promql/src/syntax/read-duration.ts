import type { SyntaxNode } from '@lezer/common';
import { parseDuration } from './duration.ts';
import type { Duration } from './duration-formula.ts';
import { parseNumber } from './number.ts';
import { isBinaryOperator } from './operators.ts';
import { childNodes, type Reading } from './reading.ts';

const CALLS: Readonly<Record<string, 'step' | 'range' | 'min_of' | 'max_of'>> = {
  DurationStep: 'step',
  DurationRange: 'range',
  DurationMinOf: 'min_of',
  DurationMaxOf: 'max_of',
};

/** Reads a `DurationExpr` or `OffsetDurationExpr`. */
export function readDuration(reading: Reading, node: SyntaxNode): Duration {
  const children = childNodes(node);
  const first = children[0]!;
  if (first.name === 'NumberDurationLiteralInDurationContext') return readLiteral(reading, first);
  if (first.name === 'UnaryOp') {
    if (node.name === 'OffsetDurationExpr' && children[1]!.getChild('UnaryOp') !== null) {
      reading.fail(
        children[1]!,
        `unexpected ${JSON.stringify(reading.textOf(children[1]!))} in offset, expected a duration`,
      );
    }
    const operand = readDuration(reading, children[1]!);
    if (reading.textOf(first) === '+') return operand;
    return typeof operand === 'number' ? -operand : { operator: 'negate', operands: [operand] };
  }
  if (children.length === 1 && first.name.endsWith('DurationExpr')) {
    reading.needExperimental(node, 'arithmetic on durations');
    return readDuration(reading, first);
  }

  reading.needExperimental(node, 'arithmetic on durations');
  const call = CALLS[first.name];
  const operands = children
    .filter((child) => child.name === 'DurationExpr')
    .map((child) => readDuration(reading, child));
  if (call !== undefined) return { operator: call, operands };
  const operator = reading.textOf(children[1]!);
  if (!isBinaryOperator(operator)) return reading.fail(node, `unexpected ${JSON.stringify(operator)} in duration`);
  return { operator, operands };
}

function readLiteral(reading: Reading, node: SyntaxNode): number {
  const text = reading.textOf(node);
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  const seconds = parseNumber(text);
  if (seconds === undefined) return reading.fail(node, `not a valid duration: "${text}"`);
  if (!reading.dialect.durationsAreNumbers) {
    return reading.fail(node, `unexpected number "${text}" in duration; it needs a unit, as in "5m"`);
  }
  if (!(Math.abs(seconds) < Number.MAX_SAFE_INTEGER / 1000)) reading.fail(node, 'duration out of range');
  return Math.trunc(seconds * 1000);
}
