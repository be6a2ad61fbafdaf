// What JSON must escape, and what a terminal could act on: C1 controls, line and paragraph separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const AFTER_STRINGIFY = /[\u007f-\u009f\u2028\u2029]/g;

/** A string as JSON: one line, no control characters. */
export function jsonString(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(AFTER_STRINGIFY, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
