import { STRING_OR_COMMENT } from './text-pieces.ts';

/** Strings, comments and names, which stay as they are, and after them what looks like a number. */
const TOKENS = new RegExp(
  String.raw`${STRING_OR_COMMENT}|[A-Za-z_:][\w:]*|0[xX][\da-fA-F]+|\d[\d_]*\.(?:[eE][+-]?\d+)?(?![\d.])`,
  'g',
);

/**
 * Prometheus reads two forms of numbers that its published grammar lacks: `0X1F` and `5.`. They are replaced by forms
 * of the same length and value, so that all positions stay right.
 */
export function normalizeNumbers(text: string): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('0X')) return token.toLowerCase();
    return /^\d[\d_]*\./.test(token) ? `${token.replace('.', '')} ` : token;
  });
}
