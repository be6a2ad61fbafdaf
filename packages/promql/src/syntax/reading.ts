import type { SyntaxNode } from '@lezer/common';
import type { Dialect } from '../dialect.ts';
import { ParseError } from '../errors.ts';
import { positionAt, type Span } from './position.ts';

/** The text being read and by which rules. */
export class Reading {
  readonly text: string;
  readonly dialect: Dialect;
  readonly experimental: boolean;

  constructor(text: string, dialect: Dialect, experimental: boolean) {
    this.text = text;
    this.dialect = dialect;
    this.experimental = experimental;
  }

  textOf(span: Span): string {
    return this.text.slice(span.from, span.to);
  }

  fail(span: Span, reason: string): never {
    throw new ParseError(positionAt(this.text, span.from), reason);
  }

  /** Runs what may find fault with a piece of text, and says where it stands. */
  attempt<T>(span: Span, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof SyntaxError) this.fail(span, error.message);
      throw error;
    }
  }

  /** Lets an experimental feature through only where they are allowed. */
  needExperimental(span: Span, feature: string): void {
    if (!this.experimental) this.fail(span, `${feature} is experimental; allow it with the option experimental`);
  }
}

/** The node's children, comments left out. */
export function childNodes(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}
