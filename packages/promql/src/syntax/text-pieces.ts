/**
 * Strings, closed or not, and comments: what must be stepped over when a text is looked through for anything else. Each
 * alternative always matches where it starts, so that no text takes more than linear time.
 */
export const STRING_OR_COMMENT = [
  String.raw`"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)`,
  String.raw`'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)`,
  '`[^`]*(?:`|$)',
  '#.*',
].join('|');
