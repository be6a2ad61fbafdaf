import type { SyntaxNode } from '@lezer/common';
import { METRIC_NAME } from '../labels/label-set.ts';
import { Matcher, type MatchOperator } from '../labels/matcher.ts';
import type { VectorSelector } from './ast.ts';
import { unquote } from './quoted.ts';
import { childNodes, type Reading } from './reading.ts';

/** Reads `name{label="value", …}`. */
export function readSelector(reading: Reading, node: SyntaxNode): VectorSelector {
  const identifier = node.getChild('Identifier');
  let name = identifier === null ? undefined : reading.textOf(identifier);
  const matchers: Matcher[] = [];
  const braces = node.getChild('LabelMatchers');

  for (const child of braces === null ? [] : childNodes(braces)) {
    if (child.name === 'QuotedLabelName') {
      const quoted = readQuotedName(reading, child);
      if (name !== undefined) reading.fail(node, `metric name must not be set twice: "${name}" or "${quoted}"`);
      name = quoted;
    } else matchers.push(readMatcher(reading, child));
  }

  const again = matchers.find((matcher) => matcher.name === METRIC_NAME);
  if (name !== undefined && again !== undefined) {
    reading.fail(node, `metric name must not be set twice: "${name}" or "${again.value}"`);
  }
  if (name !== undefined) matchers.push(new Matcher(METRIC_NAME, '=', name));
  return {
    kind: 'selector',
    type: 'vector',
    span: { from: node.from, to: node.to },
    name,
    matchers,
    shift: { offset: 0, at: undefined },
    edges: undefined,
  };
}

function readMatcher(reading: Reading, node: SyntaxNode): Matcher {
  const [label, operator, value] = childNodes(node) as [SyntaxNode, SyntaxNode, SyntaxNode];
  const name = label.name === 'QuotedLabelName' ? readQuotedName(reading, label) : reading.textOf(label);
  const text = readString(reading, value);
  return reading.attempt(
    node,
    () => new Matcher(name, reading.textOf(operator) as MatchOperator, text, reading.dialect.dotMatchesNewline),
  );
}

/** A name in quotes, which may have any characters. */
export function readQuotedName(reading: Reading, node: SyntaxNode): string {
  if (!reading.dialect.anyNames) reading.fail(node, `unexpected string ${reading.textOf(node)} where a name belongs`);
  return readString(reading, node);
}

/** The text of a quoted string. */
export function readString(reading: Reading, node: SyntaxNode): string {
  return reading.attempt(node, () => unquote(reading.textOf(node)));
}
