import { isPlain } from '../hints.ts';

/** Masks a text; the same string when there was nothing to mask. */
export type MaskText = (text: string) => string;

// What stands between two delimiters and holds an encoded byte.
const COMPONENT = /[^\s"'<>&=?#,;|`[\](){}]+/g;
const ENCODED = /%[\da-fA-F]{2}/;

/**
 * Masks what percent-encoding hides. A part in which something was masked stays decoded, so that the mask can be read;
 * every other part stays as it was.
 */
export function maskPercentEncoded(text: string, maskText: MaskText): string {
  return text.replace(COMPONENT, (component) => {
    if (!ENCODED.test(component)) return component;
    const decoded = decodePercent(component);
    const masked = maskText(decoded);
    return masked === decoded ? component : masked;
  });
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Cut short, or in another encoding: byte by byte.
    return text.replace(/%([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

const UNICODE_ESCAPE = /\\u00([2-7][\da-fA-F])/g;

/** Masks what JSON's escapes of plain characters hide (`\u0026token=…`), as {@link maskPercentEncoded} does. */
export function maskUnicodeEscapes(text: string, maskText: MaskText): string {
  const decoded = text.replace(UNICODE_ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (decoded === text) return text;
  const masked = maskText(decoded);
  return masked === decoded ? text : masked;
}

// The look behind keeps a long word from being read again from each of its characters.
const BASE64_WORD = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
/** So many characters are decoded first, to see whether the rest is worth it. */
const SAMPLE = 16;

/** Masks base64 of a text in which something is to be masked; the whole of it is hidden, and its mask says as what. */
export function maskBase64(text: string, maskText: MaskText): string {
  return text.replace(BASE64_WORD, (word) => {
    // The alphabet has a slash, so that a path may stand before what is encoded.
    for (let at = 0; at !== -1 && word.length - at >= SAMPLE; at = nextPart(word, at)) {
      if (!isPlainText(decodeBase64(word.slice(at, at + SAMPLE)))) continue;
      const decoded = decodeBase64(word.slice(at));
      const masked = maskText(decoded);
      if (masked === decoded) return word;
      return `${word.slice(0, at)}[BASE64 ${/\[([A-Z][A-Z0-9 -]*)/.exec(masked)?.[1]?.trimEnd() ?? 'SECRET'}]`;
    }
    return word;
  });
}

function nextPart(word: string, from: number): number {
  const slash = word.indexOf('/', from);
  return slash === -1 ? -1 : slash + 1;
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

function isPlainText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isPlain(code) && (code < 0xa0 || code === 0xfffd)) return false;
  }
  return text.length > 0;
}
