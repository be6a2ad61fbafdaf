import { ParseError } from '../errors.ts';
import type { Matcher } from '../labels/matcher.ts';
import { type ParseOptions, parseExpression } from './parse.ts';
import { positionAt } from './position.ts';

/**
 * Parses a series selector such as `up{job="api"}`, without `offset`, `@` or a range.
 *
 * @throws {ParseError} where the text is anything else, or would select every series there is.
 */
export function parseSelector(text: string, options: ParseOptions = {}): readonly Matcher[] {
  const { root } = parseExpression(text, options);
  const bare = root.kind === 'selector' && root.shift.offset === 0 && root.shift.at === undefined;
  if (bare && root.edges === undefined) return root.matchers;
  throw new ParseError(positionAt(text, root.span.from), 'expected a series selector such as up{job="api"}');
}
