import { parser } from '@prometheus-io/lezer-promql';
import { type Dialect, PROMETHEUS_3 } from '../dialect.ts';
import type { Expression } from './ast.ts';
import { checkExpression } from './check.ts';
import { normalizeNumbers } from './normalize.ts';
import { readExpression } from './read-expression.ts';
import { childNodes, Reading } from './reading.ts';
import { failOnSyntaxError } from './syntax-error.ts';

export interface ParseOptions {
  /** @default PROMETHEUS_3 */
  readonly dialect?: Dialect;
  /** Lets functions and modifiers through that Prometheus keeps behind feature flags. @default false */
  readonly experimental?: boolean;
}

/** An expression with what is needed to evaluate it, and to say where in the text something is. */
export interface ParsedExpression {
  readonly text: string;
  readonly root: Expression;
  readonly dialect: Dialect;
}

/** The longest text and the deepest nesting that are read: more is no query, and would exhaust the stack. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 500;

/**
 * Parses PromQL and checks its types. The result can be evaluated any number of times.
 *
 * @throws {ParseError} with line, column and what was expected.
 *
 * @example
 * const expression = parseExpression('sum by (route) (rate(http_requests_total[5m]))');
 */
export function parseExpression(text: string, options: ParseOptions = {}): ParsedExpression {
  const reading = new Reading(normalizeNumbers(text), options.dialect ?? PROMETHEUS_3, options.experimental ?? false);
  if (text.length > MAX_LENGTH) {
    reading.fail({ from: 0, to: 0 }, `expression has ${text.length} characters; the most is ${MAX_LENGTH}`);
  }
  failOnDepth(reading);
  const tree = parser.parse(reading.text);
  failOnSyntaxError(reading, tree);
  const root = readExpression(reading, childNodes(tree.topNode)[0]!);
  checkExpression(reading, root);
  return { text, root, dialect: reading.dialect };
}

function failOnDepth(reading: Reading): void {
  let depth = 0;
  for (const { 0: found, index } of reading.text.matchAll(
    /[([{]|[)\]}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g,
  )) {
    if ('([{'.includes(found)) depth++;
    else if (')]}'.includes(found)) depth--;
    if (depth > MAX_DEPTH) reading.fail({ from: index, to: index }, `nested more than ${MAX_DEPTH} deep`);
  }
}
