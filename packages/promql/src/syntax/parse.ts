import { type Dialect, PROMETHEUS_3 } from '../dialect.ts';
import type { Expression } from './ast.ts';
import { checkExpression } from './check.ts';
import { normalizeNumbers } from './normalize.ts';
import { readExpression } from './read-expression.ts';
import { childNodes, Reading } from './reading.ts';
import { failOnSize } from './size.ts';
import { parseTree } from './tree.ts';

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

/**
 * Parses PromQL and checks its types. The result can be evaluated any number of times.
 *
 * @throws {ParseError} with line, column and what was expected.
 *
 * @example
 * const expression = parseExpression('sum by (route) (rate(http_requests_total[5m]))');
 */
export function parseExpression(text: string, options: ParseOptions = {}): ParsedExpression {
  const { dialect = PROMETHEUS_3, experimental = false } = options;
  failOnSize(new Reading(text, dialect, experimental));
  const reading = new Reading(normalizeNumbers(text), dialect, experimental);
  const root = readExpression(reading, childNodes(parseTree(reading).topNode)[0]!);
  checkExpression(reading, root);
  return { text, root, dialect: reading.dialect };
}
