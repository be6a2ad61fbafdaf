import type { SyntaxNode } from '@lezer/common';
import { parseDuration } from './duration.ts';
import { parseNumber } from './number.ts';
import type { Span } from './position.ts';
import type { Reading } from './reading.ts';

/** Reads a number, its sign included; a duration counts as seconds where the dialect has it so. */
export function readNumber(reading: Reading, node: SyntaxNode): number {
  const text = reading.textOf(node);
  const sign = /^[+-]/.exec(text)?.[0];
  const value = readUnsigned(reading, node, sign === undefined ? text : text.slice(1).trimStart());
  return sign === '-' ? -value : value;
}

/** The value of a number without its sign. */
export function readUnsigned(reading: Reading, span: Span, text: string): number {
  const number = parseNumber(text);
  if (number === Number.POSITIVE_INFINITY && !/^inf$/i.test(text)) {
    return reading.fail(span, `number out of range: "${text}"`);
  }
  if (number !== undefined) return number;
  const duration = parseDuration(text);
  if (duration === undefined) return reading.fail(span, `not a valid number: "${text}"`);
  if (!reading.dialect.durationsAreNumbers) reading.fail(span, `unexpected duration "${text}" where a number belongs`);
  return duration / 1000;
}
