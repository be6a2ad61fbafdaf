import type { Reading } from './reading.ts';
import { STRING_OR_COMMENT } from './text-pieces.ts';

/** The most that is read. Beyond, the grammar's own stack gives out, and no query of a person's is that large. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 500;
const MAX_OPERATORS = 1000;

/** Strings, comments, names, brackets and signs. */
const TOKENS = new RegExp(String.raw`${STRING_OR_COMMENT}|[A-Za-z_:][\w:]*|[([{]|[)\]}]|[-+*/%^<>=!]=?`, 'g');

/** Refuses a text that is too long, too deeply nested, or has too many operators. */
export function failOnSize(reading: Reading): void {
  const { text } = reading;
  if (text.length > MAX_LENGTH) {
    reading.fail({ from: 0, to: 0 }, `expression has ${text.length} characters; the most is ${MAX_LENGTH}`);
  }
  let depth = 0;
  let operators = 0;
  let inBraces = false;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth--;
    else if (!inBraces && /^(?:[-+*/%^<>=!]|(?:and|or|unless|atan2)$)/i.test(token)) operators++;
    if (token === '{' || token === '}') inBraces = token === '{';
    const at = { from: index, to: index };
    if (depth > MAX_DEPTH) reading.fail(at, `nested more than ${MAX_DEPTH} deep`);
    if (operators > MAX_OPERATORS) reading.fail(at, `more than ${MAX_OPERATORS} operators`);
  }
}
