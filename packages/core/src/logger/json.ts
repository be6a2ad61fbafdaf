// What JSON must escape, and what a terminal could act on: C1 controls, line and paragraph separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const AFTER_STRINGIFY = /[\u007f-\u009f\u2028\u2029]/;
const EACH_AFTER_STRINGIFY = new RegExp(AFTER_STRINGIFY, 'g');

/** A string as JSON: one line, no control characters. */
export function jsonString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? escaped(text) : `"${text}"`;
}

/** The same where something must be escaped, so far as is known. */
export function escaped(text: string): string {
  const json = JSON.stringify(text);
  return AFTER_STRINGIFY.test(json) ? json.replaceAll(EACH_AFTER_STRINGIFY, unicodeEscape) : json;
}

/** Whether all that must be escaped in a text is escaped by the platform's serialiser. */
export function onlyJsonEscapes(text: string): boolean {
  return !AFTER_STRINGIFY.test(text);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
