import type { Cover } from '../detector.ts';
import { looksRandom } from './authorization.ts';
import type { SecretName } from './secret-name.ts';

/** A secret's name as it stands in a text. */
export interface NamedValue extends SecretName {
  /** The character code between the name and the value. */
  readonly separator: number;
  /** The name is in quotes. */
  readonly quoted: boolean;
  /** The character code before the name, 0 at the start. */
  readonly before: number;
}

interface Covered {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

const LABEL = 'REDACTED';
const EQUALS = 0x3d;
const COLON = 0x3a;
const GREATER = 0x3e;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Where the value that starts at `from` begins and ends, and what to show instead; nothing if it is no secret. */
export function coverValue(text: string, from: number, name: NamedValue, cover: Cover): Covered | undefined {
  let start = from;
  if (name.separator === GREATER) return coverElement(text, start, cover);
  for (
    const limit = from + 16;
    (start < limit && isBlank(text.charCodeAt(start))) || (name.quoted && isLineEnd(text.charCodeAt(start)));
  )
    start++;
  let open = start;
  while (text.charCodeAt(open) === BACKSLASH && open - start < 16) open++;
  const quote = text.charCodeAt(open);
  if (quote === 0x22 || quote === 0x27 || quote === 0x60) return coverQuoted(text, open, open - start, name, cover);
  if (text.startsWith('&quot;', start))
    return coverUpTo(text, start + 6, text.indexOf('&quot;', start + 6), name, cover);
  if (name.separator === COMMA) return undefined;
  if (quote === 0x7b || quote === 0x5b) return coverNested(text, open, name, cover);
  return coverBare(text, start, name, cover);
}

function coverElement(text: string, start: number, cover: Cover): Covered | undefined {
  const end = text.indexOf('<', start);
  const value = text.slice(start, end === -1 ? text.length : end);
  if (value.trim() === '' || value.startsWith('[') || end === start) return undefined;
  return { start, end: start + value.length, shown: cover(LABEL, value) };
}

/** A quoted value ends at a quote with no more backslashes before it than its opening one had. */
function coverQuoted(text: string, open: number, depth: number, name: NamedValue, cover: Cover): Covered | undefined {
  const quote = text.charAt(open);
  let close = text.indexOf(quote, open + 1);
  while (close !== -1 && backslashesBefore(text, close) > depth) close = text.indexOf(quote, close + 1);
  const end = close === -1 ? text.length : close - Math.min(depth, backslashesBefore(text, close));
  return coverUpTo(text, open + 1, end, name, cover);
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (count < 64 && text.charCodeAt(at - 1 - count) === BACKSLASH) count++;
  return count;
}

function coverUpTo(text: string, start: number, end: number, name: NamedValue, cover: Cover): Covered | undefined {
  const value = text.slice(start, end === -1 ? text.length : end);
  if (isMask(value) || isPlaceholder(value) || !/[\p{L}\p{N}]/u.test(value)) return undefined;
  if (name.weak && !(name.separator === EQUALS && looksRandom(value) && !value.includes(' '))) return undefined;
  // A list of names rather than of names and values.
  if (name.separator === COMMA && /^[A-Za-z]+(?:-[A-Za-z]+)+$|^(?:accept|host|origin|cookie|date|via)$/i.test(value))
    return undefined;
  if (name.explained && !name.quoted && !looksRandom(value)) return undefined;
  return { start, end: start + value.length, shown: cover(LABEL, value) };
}

/** An object or a list under a secret's name is hidden whole. */
function coverNested(text: string, open: number, name: NamedValue, cover: Cover): Covered | undefined {
  if (
    name.weak ||
    isMask(text.slice(open, open + 64)) ||
    /^\[(?:object |Object\]|Array\]|Getter)/.test(text.slice(open, open + 8))
  ) {
    return undefined;
  }
  let depth = 0;
  let quote = 0;
  let at = open;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === BACKSLASH && text.charCodeAt(at + 1) === quote) at++;
      else if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27 || code === 0x60) quote = code;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) break;
  }
  const end = Math.min(at + 1, text.length);
  const value = text.slice(open, end);
  if (!/[\p{L}\p{N}]/u.test(value)) return undefined;
  const mask = cover(LABEL, value);
  return { start: open, end, shown: name.quoted ? `"${mask}"` : mask };
}

const SCHEME = /[A-Za-z][\w-]{1,24}[ +]+(?=[^\s,;"'\\<>]*[\d+/=._~-]|[^\s,;"'\\<>]{8})/y;
const PARAMETERS =
  /(?:AWS4-[\w-]+|Digest|OAuth|Hawk|Signature|MAC|SharedKey\w*|TC3-[\w-]+)\s(?:[^\r\n"'\\<]|(?<==)"[^"\r\n]*")*/iy;
const LINE = /[^\r\n"'`\\<>]*/y;
const QUERY_VALUE = /[^\s&"'`<>;\\#|]*/y;
const SETTING_VALUE = /[^;"'`\r\n\\]*/y;
const BARE_VALUE = /(?:[^\s&"'`<>;\\|]|&(?![\w.%[\]-]{1,64}=))*/y;
/** Read no further while it is not yet known to be a secret. */
const WEAK_VALUE = /[^\s&"'`<>;\\#|]{0,512}/y;
const NEXT_PAIR = /,\s*["']?[\w.$-]{1,64}["']?\s*[=:]/;

function coverBare(text: string, start: number, name: NamedValue, cover: Cover): Covered | undefined {
  let value = bareValue(text, start, name);
  // Brackets and stops around the value are not part of it, nor is a pair after a comma.
  const pair = value.search(NEXT_PAIR);
  if (pair !== -1 && name.header !== 'authorization') value = value.slice(0, pair);
  if (name.header !== 'cookie') value = withoutClosing(value);
  if (value === '' || isMask(value) || isPlaceholder(value) || !/[\p{L}\p{N}]/u.test(value)) return undefined;
  if (name.weak && !looksRandom(value)) return undefined;
  if (name.header === 'cookie' && !value.includes('=') && !looksRandom(value)) return undefined;
  if (name.header === undefined && !isValue(text, start, value, name)) return undefined;
  if (name.header !== undefined && !name.quoted && isExplanation(text, start, value, name)) return undefined;
  return { start, end: start + value.length, shown: cover(LABEL, value) };
}

function bareValue(text: string, start: number, name: NamedValue): string {
  if (name.weak && (name.separator !== EQUALS || !looksRandom(match(WEAK_VALUE, text, start)))) return '';
  if (name.separator === COLON && text.charCodeAt(start) === 0x28) return '';
  if (name.header === 'cookie') return match(LINE, text, start).trimEnd();
  if (name.header === 'authorization') {
    const parameters = match(PARAMETERS, text, start);
    if (parameters !== '') return parameters.trimEnd();
    const scheme = match(SCHEME, text, start);
    return scheme + match(BARE_VALUE, text, start + scheme.length);
  }
  if (name.separator !== COLON) {
    if (name.before === 0x3f || name.before === 0x26 || name.before === 0x23) return match(QUERY_VALUE, text, start);
    if (name.before === 0x3b) return match(SETTING_VALUE, text, start);
  }
  return match(BARE_VALUE, text, start);
}

function withoutClosing(value: string): string {
  let end = value.length;
  while (end > 0 && '),.]}!?'.includes(value[end - 1]!)) end--;
  return value.slice(0, end);
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Whether a value without quotes is one, and not the beginning of a sentence about it. */
function isValue(text: string, start: number, value: string, name: NamedValue): boolean {
  if (name.quoted || name.weak) return true;
  const digitsOnly = /^\d+$/.test(value);
  if (name.separator !== COLON) return !(digitsOnly && value.length < 3 && !name.chosen);
  if (digitsOnly) return value.length >= 3 && (name.chosen || value.length >= 4);
  return !isExplanation(text, start, value, name);
}

function isExplanation(text: string, start: number, value: string, name: NamedValue): boolean {
  if (name.explained) return !looksRandom(value);
  if (/[^\p{L}'’-]/u.test(value) || /\p{Ll}\p{Lu}/u.test(value)) return false;
  if (value.length >= 20) return false;
  // A word: a password may be one, if nothing but the end of the clause follows.
  const after = text.slice(start + value.length, start + value.length + 24);
  return !(name.chosen || name.header !== undefined) || /^[ \t]+[\p{L}\p{N}]/u.test(after);
}

const PLACEHOLDER =
  /^(?:[*•.x_-]+|true|false|null|none|nil|undefined|nan|yes|no|on|off|n\/a|\$\{?[A-Z_][A-Z0-9_.]*\}?|\$\{\{?[^}]*\}?\}|\{\{[^}]*\}\}|%[sdoj]|<[\w .-]+>|process\.env[.\w]*|\[?(?:redacted|masked|hidden|filtered|secret|removed)\]?|required|invalid|missing|expired|empty|string|number|unknown|incorrect|provided|set|unset|changed|updated|ok|failed|mismatch|sent|verified|valid|validated|accepted|rejected|granted|denied|active|include|omit|same-origin|\$\d+|\?|[:@][a-z_]+)$/i;

function isPlaceholder(value: string): boolean {
  return value.length < 128 && PLACEHOLDER.test(value);
}

/** What this or another masker has put there. */
function isMask(value: string): boolean {
  return /^\[[A-Z][A-Z0-9 -]{1,30}(?: […#][^\]]*| [^\s\]]*\*{3}@[^\]]*)?\]/.test(value);
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
