import type { SyntaxNode } from '@lezer/common';
import type { Matching } from './ast.ts';
import { type BinaryOperator, isBinaryOperator, isSetOperator } from './operators.ts';
import { readNumber } from './read-number.ts';
import { readQuotedName } from './read-selector.ts';
import { childNodes, type Reading } from './reading.ts';

/** What stands between the operands of a binary expression. */
export interface BinaryModifiers {
  readonly from: number;
  readonly bool: boolean;
  readonly matching: Matching;
}

/** Reads the operator and its modifiers, given the nodes between the operands. */
export function readOperator(
  reading: Reading,
  nodes: readonly SyntaxNode[],
): { readonly operator: BinaryOperator; readonly modifiers: BinaryModifiers } {
  const [symbol, ...rest] = nodes as [SyntaxNode, ...SyntaxNode[]];
  const operator = reading.textOf(symbol).toLowerCase();
  if (!isBinaryOperator(operator)) {
    return reading.fail(
      symbol,
      `operator ${JSON.stringify(operator)} works on native histograms, which are not supported`,
    );
  }
  const clause = rest.find((node) => node.name === 'MatchingModifierClause');
  const fill = rest.find((node) => node.name === 'FillModifier');
  return {
    operator,
    modifiers: {
      from: symbol.from,
      bool: rest.some((node) => node.name === 'BoolModifier'),
      matching: {
        ...readMatching(reading, operator, clause === undefined ? [] : childNodes(clause)),
        fill: fill === undefined ? {} : readFill(reading, fill),
      },
    },
  };
}

function readMatching(
  reading: Reading,
  operator: BinaryOperator,
  nodes: readonly SyntaxNode[],
): Omit<Matching, 'fill'> {
  const lists = nodes.filter((node) => node.name === 'GroupingLabels').map((node) => readLabelList(reading, node));
  const group = nodes.find((node) => node.name === 'GroupLeft' || node.name === 'GroupRight');
  const single = isSetOperator(operator) ? 'many-to-many' : 'one-to-one';
  return {
    on: nodes[0]?.name === 'On',
    labels: lists[0] ?? [],
    cardinality: group === undefined ? single : group.name === 'GroupLeft' ? 'many-to-one' : 'one-to-many',
    include: lists[1] ?? [],
  };
}

function readFill(reading: Reading, node: SyntaxNode): Matching['fill'] {
  reading.needExperimental(node, 'fill()');
  const fill: { left?: number; right?: number } = {};
  for (const clause of childNodes(node)) {
    const value = readNumber(reading, clause.getChild('NumberDurationLiteral')!);
    if (clause.name !== 'FillRightClause') fill.left = value;
    if (clause.name !== 'FillLeftClause') fill.right = value;
  }
  return fill;
}

/** Reads `(a, b)`. */
export function readLabelList(reading: Reading, node: SyntaxNode): string[] {
  return childNodes(node).map((child) =>
    child.name === 'QuotedLabelName' ? readQuotedName(reading, child) : reading.textOf(child),
  );
}
