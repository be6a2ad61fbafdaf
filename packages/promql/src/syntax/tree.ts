import type { Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Reading } from './reading.ts';
import { failOnSyntaxError } from './syntax-error.ts';

const strict = parser.configure({ strict: true });

/** How much of the text after an error is looked at to say what is wrong. */
const AFTER_ERROR = 200;

/**
 * The grammar's tree of a text that is wholly in the grammar. The tolerant parser can say where a text leaves it, but
 * takes seconds over a long one; so it sees the text only a little beyond where the strict parser gave up. That one gives
 * up on some long chains of operators, too, that are sound.
 *
 * @throws {ParseError} at the first place where the text leaves the grammar.
 */
export function parseTree(reading: Reading): Tree {
  try {
    return strict.parse(reading.text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reached = Number(/ at (\d+)/.exec(error.message)?.[1] ?? 0);
    failOnSyntaxError(reading, parser.parse(reading.text.slice(0, reached + AFTER_ERROR)), reached);
    const tree = parser.parse(reading.text);
    failOnSyntaxError(reading, tree, reading.text.length);
    return tree;
  }
}
