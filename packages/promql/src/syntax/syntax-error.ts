import type { SyntaxNode, Tree } from '@lezer/common';
import type { Reading } from './reading.ts';
import { isFunctionName } from './signatures.ts';

/** Where the grammar's nodes are, in words. */
const CONTEXTS: Readonly<Record<string, string>> = {
  AggregateExpr: 'aggregation',
  AggregateModifier: 'aggregation',
  BinaryExpr: 'binary expression',
  DurationExpr: 'duration',
  FunctionCallBody: 'arguments',
  GroupingLabels: 'grouping labels',
  LabelMatchers: 'label matching',
  MatrixSelector: 'range',
  OffsetExpr: 'offset',
  OffsetDurationExpr: 'offset',
  StepInvariantExpr: '@ modifier',
  SubqueryExpr: 'subquery',
  UnquotedLabelMatcher: 'label matching',
};

const TOKEN =
  /[A-Za-z_:][\w:]*|[\d.][\w.]*|"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|`[^`]*`?|[=!]~|[=!<>]=|[^\s]/y;

/** How much of an unexpected word is shown. */
const SHOWN = 40;

/** Throws for the first place where the text leaves the grammar, if it is no further than `until`. */
export function failOnSyntaxError(reading: Reading, tree: Tree, until: number): void {
  const error = firstError(tree);
  if (error === undefined || error.from > until) return;
  const from = tokenStart(reading.text, error.from);
  if (tokenStart(reading.text, 0) === undefined) reading.fail({ from: 0, to: 0 }, 'no expression found in input');
  const end = { from: reading.text.length, to: reading.text.length };
  if (from === undefined) reading.fail(end, `unexpected end of input${contextOf(error)}`);

  const called = /[A-Za-z_:][\w:]*\s*$/.exec(reading.text.slice(Math.max(0, from - 200), from))?.[0].trim();
  if (reading.text[from] === '(' && called !== undefined && !isFunctionName(called)) {
    reading.fail({ from: reading.text.lastIndexOf(called, from), to: from }, `unknown function with name "${called}"`);
  }
  TOKEN.lastIndex = from;
  const token = TOKEN.exec(reading.text)?.[0] ?? reading.text.slice(from, from + 1);
  if (/^["'`]/.test(token) && (token.length < 2 || token.at(-1) !== token[0])) {
    reading.fail({ from, to: from }, 'unterminated quoted string');
  }
  reading.fail(
    { from, to: from + token.length },
    `unexpected ${JSON.stringify(token.slice(0, SHOWN))}${contextOf(error)}`,
  );
}

function firstError(tree: Tree): SyntaxNode | undefined {
  let first: SyntaxNode | undefined;
  tree.iterate({
    enter: (node) => {
      if (first !== undefined) return false;
      if (node.type.isError) first = node.node;
      return;
    },
  });
  return first;
}

/** The start of the next token that is neither space nor comment; undefined at the end. */
function tokenStart(text: string, from: number): number | undefined {
  const gap = /(?:\s|#.*(?:\n|$))*/y;
  gap.lastIndex = from;
  gap.exec(text);
  return gap.lastIndex < text.length ? gap.lastIndex : undefined;
}

function contextOf(error: SyntaxNode): string {
  for (let node = error.parent; node !== null; node = node.parent) {
    const context = CONTEXTS[node.name];
    if (context !== undefined) return ` in ${context}`;
  }
  return '';
}
