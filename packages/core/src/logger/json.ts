/** Past this a text is cut, with a mark where. */
export const MAX_STRING = 16_384;

// What JSON must escape, and what a terminal could act on: C1 controls, line and paragraph separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const AFTER_STRINGIFY = /[\u007f-\u009f\u2028\u2029]/g;

/** A string as JSON: one line, no control characters, cut when it is longer than any message should be. */
export function jsonString(text: string): string {
  const bounded = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… [${text.length} characters]` : text;
  if (!NEEDS_ESCAPE.test(bounded)) return `"${bounded}"`;
  return JSON.stringify(bounded).replace(AFTER_STRINGIFY, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
