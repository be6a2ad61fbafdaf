import type { SyntaxNode } from '@lezer/common';
import type { Expression } from './ast.ts';
import { AGGREGATIONS, type AggregationOperator } from './operators.ts';
import type { Span } from './position.ts';
import { buildByPrecedence, type Part } from './precedence.ts';
import { type BinaryModifiers, readLabelList, readOperator } from './read-binary.ts';
import { readUnsigned } from './read-number.ts';
import { readSelector, readString } from './read-selector.ts';
import { readSuffix, SUFFIXES } from './read-suffix.ts';
import { childNodes, type Reading } from './reading.ts';
import { isFunctionName, NATIVE_HISTOGRAM_FUNCTIONS, signatureOf } from './signatures.ts';

type ExpressionPart = Part<Expression, BinaryModifiers>;

/**
 * Reads an expression from the grammar's tree. The grammar says which texts are expressions, but its tree ignores how
 * tightly suffixes and signs bind (`a + b offset 5m` comes as an offset of a sum), so the tree is laid out flat again
 * and built anew.
 */
export function readExpression(reading: Reading, node: SyntaxNode): Expression {
  const parts: ExpressionPart[] = [];
  flatten(reading, node, parts);
  return buildByPrecedence(parts, {
    binary: (left, operator, { bool, matching }, right) => ({
      kind: 'binary',
      type: left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector',
      span: joined(left.span, right.span),
      operator,
      left,
      right,
      bool,
      matching,
    }),
    unary: (operator, from, operand) => ({
      kind: 'unary',
      type: operand.type,
      span: { from, to: operand.span.to },
      operator,
      operand,
    }),
  });
}

function flatten(reading: Reading, node: SyntaxNode, parts: ExpressionPart[]): void {
  const children = childNodes(node);
  if (node.name === 'BinaryExpr') {
    flatten(reading, children[0]!, parts);
    parts.push({ what: 'operator', ...readOperator(reading, children.slice(1, -1)) });
    flatten(reading, children.at(-1)!, parts);
  } else if (node.name === 'UnaryExpr') {
    pushSign(reading, children[0]!, parts);
    flatten(reading, children[1]!, parts);
  } else if (node.name === 'NumberDurationLiteral') {
    const [, sign = '', digits = ''] = /^([+-]?)\s*(\S+)$/.exec(reading.textOf(node)) ?? [];
    if (sign !== '') pushSign(reading, { from: node.from, to: node.from + 1 }, parts);
    const span = { from: node.to - digits.length, to: node.to };
    const value = readUnsigned(reading, span, digits);
    parts.push({ what: 'operand', operand: { kind: 'number', type: 'scalar', span, value } });
  } else if (SUFFIXES.has(node.name)) {
    flatten(reading, children[0]!, parts);
    parts.push({ what: 'suffix', apply: readSuffix(reading, node) });
  } else parts.push({ what: 'operand', operand: readOperand(reading, node, children) });
}

function pushSign(reading: Reading, span: Span, parts: ExpressionPart[]): void {
  parts.push({ what: 'sign', sign: reading.textOf(span) === '-' ? '-' : '+', from: span.from });
}

function readOperand(reading: Reading, node: SyntaxNode, children: readonly SyntaxNode[]): Expression {
  const span = { from: node.from, to: node.to };
  switch (node.name) {
    case 'StringLiteral':
      return { kind: 'string', type: 'string', span, text: readString(reading, node) };
    case 'VectorSelector':
      return readSelector(reading, node);
    case 'ParenExpr': {
      const inner = readExpression(reading, children[0]!);
      return { kind: 'parentheses', type: inner.type, span, inner };
    }
    case 'FunctionCall':
      return readCall(reading, node, span);
    case 'AggregateExpr':
      return readAggregation(reading, node, span);
    default:
      return reading.fail(span, `unexpected ${JSON.stringify(reading.textOf(span))}`);
  }
}

function readCall(reading: Reading, node: SyntaxNode, span: Span): Expression {
  const identifier = node.getChild('FunctionIdentifier')!;
  const name = reading.textOf(identifier);
  if (NATIVE_HISTOGRAM_FUNCTIONS.has(name)) {
    return reading.fail(
      identifier,
      `function "${name}" works on native histograms, which are not supported; use the _count, _sum and _bucket series`,
    );
  }
  if (!isFunctionName(name)) return reading.fail(identifier, `unknown function with name "${name}"`);
  const args = readArguments(reading, node);
  return { kind: 'call', type: signatureOf(name).returns, span, name, args };
}

function readAggregation(reading: Reading, node: SyntaxNode, span: Span): Expression {
  const symbol = node.getChild('AggregateOp')!;
  const operator = reading.textOf(symbol).toLowerCase() as AggregationOperator;
  const expected = AGGREGATIONS[operator] as { parameter?: string; experimental?: true };
  if (expected.experimental) reading.needExperimental(symbol, `aggregation "${operator}"`);
  const modifier = node.getChild('AggregateModifier');
  const args = readArguments(reading, node);
  const wanted = expected.parameter === undefined ? 1 : 2;
  if (args.length === 0) reading.fail(span, 'no arguments for aggregate expression provided');
  if (args.length !== wanted) {
    reading.fail(
      span,
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
    );
  }
  return {
    kind: 'aggregation',
    type: 'vector',
    span,
    operator,
    grouping: modifier === null ? [] : readLabelList(reading, modifier.getChild('GroupingLabels')!),
    without: modifier?.getChild('Without') != null,
    parameter: wanted === 2 ? args[0] : undefined,
    operand: args.at(-1)!,
  };
}

function readArguments(reading: Reading, node: SyntaxNode): Expression[] {
  return childNodes(node.getChild('FunctionCallBody')!).map((child) => readExpression(reading, child));
}

function joined(left: Span, right: Span): Span {
  return { from: left.from, to: right.to };
}
