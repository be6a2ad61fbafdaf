import { foldCharacter, TAIL_MASK, TailTable } from './tail-table.ts';

/** What a quick look at a text says may be in it; each is one bit. */
export const Hint = {
  /** Nothing secret: a character that JSON must escape, or that a terminal could act on. */
  escape: 1,
  /** An `@`. */
  at: 2,
  /** A word that may be a secret's name before `=`, `:`, `>` or a comma. */
  name: 4,
  /** A word before a space that may announce a credential: `Bearer`, `--password`. */
  scheme: 8,
  /** A long run of letters and digits that starts as base64 of plain text does. */
  base64: 16,
  /** A percent sign with two hex digits, or a backslash and `u`. */
  encoded: 32,
  /** Nine digits or more, with nothing but separators between them. */
  digits: 64,
  /** Two letters and two digits at the start of a word, as an IBAN has. */
  iban: 128,
  /** Several hyphens in a row. */
  dashes: 256,
  /** A run of 36 letters and digits or more that is no UUID. */
  long: 512,
} as const;

/** The first bit that is free for the beginnings of tokens; there are {@link PREFIX_BITS} of them. */
export const FIRST_PREFIX_BIT = 1024;
/** So many kinds of token can be told apart; more must share. */
export const PREFIX_BITS = 21;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const JOINER = 3;
const SPACE = 4;
const DOT = 5;
const SPACER = 6;
const NAME_END = 7;
const PERCENT = 8;
const AT = 9;
const BACKSLASH = 10;
const ESCAPED = 11;
const WIDE = 12;

/** For every character its class, above five bits of what it is folded to. */
const CHARACTERS = new Uint16Array(0x10000).fill(WIDE << 5);
for (let code = 0; code < 0x10000; code++) {
  const folded = foldCharacter(code);
  if (folded !== 0) CHARACTERS[code] = ((folded === 27 ? DIGIT : LETTER) << 5) | folded;
  else if (code < 0x7f && code >= 0x20) CHARACTERS[code] = classOf(String.fromCharCode(code)) << 5;
  else if (code < 0xa0 || code === 0x2028 || code === 0x2029 || (code & 0xf800) === 0xd800)
    CHARACTERS[code] = ESCAPED << 5;
}

function classOf(character: string): number {
  if (/[_-]/.test(character)) return JOINER;
  if (/[+/~$()]/.test(character)) return SPACER;
  if (/[=:>,]/.test(character)) return NAME_END;
  return { ' ': SPACE, '.': DOT, '%': PERCENT, '@': AT, '\\': BACKSLASH, '"': ESCAPED }[character] ?? OTHER;
}

/** Index in the base64 alphabet, either of them, by character code; 64 for what is not in it. */
const BASE64 = new Uint8Array(128).fill(64);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  BASE64[character.charCodeAt(0)] = value;
}
BASE64[0x2d] = 62;
BASE64[0x5f] = 63;

const JOINED = 1;
const DOTTED = 2;
const SPACED = 4;
const ANNOUNCED = 8;
const NAMED = 16;

const DIGITS_WORTH_A_LOOK = 9;
const RUN_WORTH_A_LOOK = 16;
const LONG_RUN = 36;
/** base64 has slashes and plus signs, so that a token's beginning may end early. */
const RUN_BEFORE_SLASH = 5;

/** What a scanner is to look for. */
export interface ScannerOptions {
  /** The names of secrets, or how they end. */
  readonly names: Iterable<string>;
  /** The words before a space that announce a credential. */
  readonly announcing: Iterable<string>;
  /**
   * How tokens begin, and the bit that says so. A beginning that ends in other than a letter or digit is found
   * anywhere, one that starts with a colon after a digit, another at the start of a word of 16 characters or more.
   */
  readonly prefixes: Iterable<readonly [prefix: string, bit: number]>;
}

/** A cheap look at a text. */
export interface Scanner {
  /** Says in one pass, as bits of {@link Hint} and of prefixes, what may be in a text; 0 when there can be nothing. */
  readonly scan: (text: string) => number;
  /** Whether the last letters and digits before `at` may end a secret's name. */
  readonly mayEndName: (text: string, at: number) => boolean;
}

/**
 * Builds a scanner. It looks at each character once and does more only at separators and at the ends of long words;
 * it may say too much, never too little.
 */
export function createScanner({ names, announcing, prefixes }: ScannerOptions): Scanner {
  const nameEnds = new TailTable();
  const announcements = new TailTable();
  const joined = new TailTable();
  const dotted = new TailTable();
  const spaced = new TailTable();
  const starts = new TailTable();
  const afterColon = new TailTable();
  const nameTails = new Set<number>();
  for (const name of names) {
    const letters = name.replace(/[^a-z]+$/i, '');
    nameEnds.addEnd(letters, 1);
    nameEnds.addEnd(`${letters}2`, 1);
    nameTails.add(foldTail(letters, letters.length));
    // `user%5Bpassword%5D=`
    nameEnds.addEnd(`${letters}5D`, 1);
    nameTails.add(foldTail(`${letters}D`, letters.length + 1));
  }
  for (const word of announcing) announcements.addEnd(word, Hint.scheme);
  for (const [prefix, bit] of prefixes) {
    const last = prefix.at(-1)!;
    if (prefix.startsWith(':')) afterColon.addStart(prefix, bit);
    else if (/[A-Za-z0-9]/.test(last)) starts.addStart(prefix, bit);
    else (last === '.' ? dotted : last === '_' || last === '-' ? joined : spaced).addEnd(prefix, bit);
  }

  // One table for all that is asked of nearly every word, since that many tables would not stay in the processor's cache.
  const tails = new Uint8Array(TAIL_MASK + 1);
  for (const [bit, table] of [
    [JOINED, joined],
    [DOTTED, dotted],
    [SPACED, spaced],
    [ANNOUNCED, announcements],
    [NAMED, nameEnds],
  ] as const) {
    for (let tail = 0; tail <= TAIL_MASK; tail++) if (table.has(tail)) tails[tail]! |= bit;
  }

  function scan(text: string): number {
    const { length } = text;
    if (length === UUID_LENGTH && UUID.test(text)) return 0;
    let hints = 0;
    let tail = 0;
    let runStart = 0;
    let hintsBefore = 0;
    let digits = 0;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      const character = CHARACTERS[code]!;
      const kind = character >> 5;
      if (kind === LETTER) {
        tail = ((tail << 5) | (character & 31)) & TAIL_MASK;
        digits = 0;
        continue;
      }
      if (kind === DIGIT) {
        tail = ((tail << 5) | 27) & TAIL_MASK;
        if (++digits === DIGITS_WORTH_A_LOOK) hints |= Hint.digits;
        else if (digits === 2 && at - runStart === 3 && startsWithTwoLetters(text, runStart)) hints |= Hint.iban;
        continue;
      }
      if (kind === JOINER) {
        if ((tails[tail]! & JOINED) !== 0) hints |= joined.endingAt(text, at + 1, tail);
        if (code === 0x2d && at > 1 && text.charCodeAt(at - 1) === 0x2d && text.charCodeAt(at - 2) === 0x2d) {
          hints |= Hint.dashes;
        }
        continue;
      }
      const run = at - runStart;
      if (run >= RUN_WORTH_A_LOOK) {
        // What digits a UUID has are no number.
        if (isUuid(text, runStart, run)) hints = hintsBefore;
        else hints |= longRun(text, runStart, run);
      } else if (kind === SPACER && run >= RUN_BEFORE_SLASH && isUpperCase(text.charCodeAt(runStart))) {
        hints |= starts.startingAt(text, runStart);
      }
      runStart = at + 1;
      switch (kind) {
        case SPACE:
          if ((tails[tail]! & ANNOUNCED) !== 0) hints |= announcements.endingAt(text, at, tail);
          break;
        case DOT:
          if ((tails[tail]! & DOTTED) !== 0) hints |= dotted.endingAt(text, at + 1, tail);
          // Only cards have full stops between four digits; addresses have them between fewer.
          if (run < 4) digits = 0;
          break;
        case SPACER:
          if ((tails[tail]! & SPACED) !== 0) hints |= spaced.endingAt(text, at + 1, tail);
          if (code === 0x2b && (tails[tail]! & ANNOUNCED) !== 0) hints |= announcements.endingAt(text, at, tail);
          break;
        case NAME_END:
          if (code === 0x3a && digits > 0) hints |= afterColon.startingAt(text, at);
          if ((tails[tail]! & NAMED) !== 0 && isNameEnd(text, at, code) && mayEndName(text, at)) hints |= Hint.name;
          digits = 0;
          break;
        case PERCENT:
          if (isHexDigit(text.charCodeAt(at + 1)) && isHexDigit(text.charCodeAt(at + 2))) hints |= Hint.encoded;
          digits = 0;
          break;
        case AT:
          hints |= Hint.at;
          digits = 0;
          break;
        case BACKSLASH:
          hints |= Hint.escape;
          // The letter of an escape belongs to no word: `\n`, `\u0026`.
          if (text.charCodeAt(at + 1) === 0x75) hints |= Hint.encoded;
          runStart = text.charCodeAt(at + 1) === 0x75 ? at + 6 : at + 2;
          digits = 0;
          break;
        case ESCAPED:
          hints |= Hint.escape;
          // The head of a part of a form: `name="password"`, two line ends, the value.
          if (code === 0x22 && text.charCodeAt(at + 1) < 0x0e && (tails[tail]! & NAMED) !== 0) hints |= Hint.name;
          digits = 0;
          break;
        case OTHER:
          digits = 0;
          break;
      }
      hintsBefore = hints;
    }
    const run = length - runStart;
    if (run < RUN_WORTH_A_LOOK) return hints;
    return isUuid(text, runStart, run) ? hintsBefore : hints | longRun(text, runStart, run);
  }

  function longRun(text: string, start: number, length: number): number {
    let hints = starts.startingAt(text, start);
    if (startsAsPlainText(text, start)) hints |= Hint.base64;
    if (length >= LONG_RUN) hints |= Hint.long;
    return hints;
  }

  function mayEndName(text: string, at: number): boolean {
    let end = at;
    // Quotes, escapes and blanks stand between a name and its separator, and digits end some names.
    for (const limit = at - 16; end > limit && end > 0 && !isLetter(text.charCodeAt(end - 1)); ) end--;
    const tail = foldTail(text, end);
    return nameTails.has(tail) || nameTails.has(tail & 0xfffff) || nameTails.has(tail & TAIL_MASK);
  }

  return { scan, mayEndName };
}

const UUID_LENGTH = 36;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const UUID_HYPHENS = [8, 13, 18, 23];

/** Whether a word has its hyphens where a UUID has them, which no token has. */
function isUuid(text: string, start: number, length: number): boolean {
  return length === UUID_LENGTH && UUID_HYPHENS.every((at) => text.charCodeAt(start + at) === 0x2d);
}

/** The last five letters before `end`, fewer at the start, whatever stands between them. */
function foldTail(text: string, end: number): number {
  let tail = 0;
  let shift = 0;
  for (let at = end - 1; at >= 0 && at > end - 10 && shift < 25; at--) {
    const code = text.charCodeAt(at);
    if (!isLetter(code)) continue;
    tail |= foldCharacter(code) << shift;
    shift += 5;
  }
  return tail;
}

function startsWithTwoLetters(text: string, start: number): boolean {
  return isLetter(text.charCodeAt(start)) && isLetter(text.charCodeAt(start + 1));
}

/** Not the colon after a scheme, nor a comma other than between quoted strings. */
function isNameEnd(text: string, at: number, code: number): boolean {
  if (code === 0x3a) return text.charCodeAt(at + 1) !== 0x2f;
  if (code !== 0x2c) return true;
  const before = text.charCodeAt(at - 1);
  return before === 0x22 || before === 0x27;
}

/** Whether base64 that starts at `at` decodes to plain text, judged by its first three bytes. */
function startsAsPlainText(text: string, at: number): boolean {
  let bits = 0;
  for (let i = at; i < at + 4; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    bits = (bits << 6) | BASE64[code]!;
  }
  return isPlain((bits >> 16) & 255) && isPlain((bits >> 8) & 255) && isPlain(bits & 255);
}

/** Whether a byte is printable ASCII, a tab or the end of a line. */
export function isPlain(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}
