import type { SyntaxNode } from '@lezer/common';
import type { Expression, TimeShift } from './ast.ts';
import type { Duration } from './duration-formula.ts';
import type { Span } from './position.ts';
import { readDuration } from './read-duration.ts';
import { readNumber } from './read-number.ts';
import { childNodes, type Reading } from './reading.ts';

/** The grammar's nodes that follow an operand and change it. */
export const SUFFIXES: ReadonlySet<string> = new Set([
  'MatrixSelector',
  'SubqueryExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);

/** Reads a suffix as the function that applies it to the operand before it. */
export function readSuffix(reading: Reading, node: SyntaxNode): (operand: Expression) => Expression {
  const nodes = childNodes(node).slice(1);
  const span = (operand: Expression): Span => ({ from: operand.span.from, to: node.to });
  switch (node.name) {
    case 'MatrixSelector': {
      const range = positive(reading, nodes[0]!);
      const bracket = { from: reading.text.lastIndexOf('[', nodes[0]!.from), to: node.to };
      return (operand) => applyRange(reading, operand, range, span(operand), bracket);
    }
    case 'SubqueryExpr': {
      const range = positive(reading, nodes[0]!);
      const step = nodes[1] === undefined ? undefined : positive(reading, nodes[1]);
      return (operand) => ({
        kind: 'subquery',
        type: 'matrix',
        span: span(operand),
        expression: operand,
        range,
        step,
        shift: { offset: 0, at: undefined },
      });
    }
    case 'OffsetExpr': {
      const offset = readDuration(reading, nodes[1]!);
      return (operand) =>
        applyShift(reading, operand, span(operand), 'offset', ({ offset: before, at }) => {
          if (before !== 0) reading.fail(operand.span, 'offset may not be set multiple times');
          return { offset, at };
        });
    }
    case 'StepInvariantExpr': {
      const at = readAt(reading, nodes[1]!);
      return (operand) =>
        applyShift(reading, operand, span(operand), '@', ({ offset, at: before }) => {
          if (before !== undefined) reading.fail(operand.span, '@ <timestamp> may not be set multiple times');
          return { offset, at };
        });
    }
    default: {
      const edges = node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed';
      reading.needExperimental(nodes[0]!, `modifier "${edges}"`);
      return (operand) => applyEdges(reading, operand, edges, span(operand));
    }
  }
}

function positive(reading: Reading, node: SyntaxNode): Duration {
  const duration = readDuration(reading, node);
  if (typeof duration === 'number' && duration <= 0) reading.fail(node, 'duration must be greater than 0');
  return duration;
}

function readAt(reading: Reading, node: SyntaxNode): number | 'start' | 'end' {
  if (node.name === 'AtModifierPreprocessors') return reading.textOf(node).toLowerCase() as 'start' | 'end';
  const seconds = readNumber(reading, node);
  if (!(Math.abs(seconds) < 2 ** 63)) reading.fail(node, `timestamp out of bounds for @ modifier: ${seconds}`);
  return Math.round(seconds * 1000);
}

function applyRange(reading: Reading, operand: Expression, range: Duration, span: Span, bracket: Span): Expression {
  if (operand.kind !== 'selector') return reading.fail(bracket, 'ranges only allowed for vector selectors');
  if (operand.shift.offset !== 0) reading.fail(bracket, 'no offset modifiers allowed before range');
  if (operand.shift.at !== undefined) reading.fail(bracket, 'no @ modifiers allowed before range');
  return { kind: 'range', type: 'matrix', span, selector: operand, range };
}

function applyShift(
  reading: Reading,
  operand: Expression,
  span: Span,
  what: 'offset' | '@',
  change: (shift: TimeShift) => TimeShift,
): Expression {
  if (operand.kind === 'range') {
    return { ...operand, span, selector: { ...operand.selector, shift: change(operand.selector.shift) } };
  }
  if (operand.kind === 'selector' || operand.kind === 'subquery') {
    return { ...operand, span, shift: change(operand.shift) };
  }
  return reading.fail(
    operand.span,
    `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
  );
}

function applyEdges(reading: Reading, operand: Expression, edges: 'anchored' | 'smoothed', span: Span): Expression {
  if (operand.kind === 'range') {
    return { ...operand, span, selector: applyEdges(reading, operand.selector, edges, operand.selector.span) as never };
  }
  if (operand.kind !== 'selector') return reading.fail(operand.span, `modifier "${edges}" follows a selector only`);
  if (operand.edges !== undefined) reading.fail(span, 'anchored and smoothed modifiers cannot be used together');
  return { ...operand, span, edges };
}
