/** What a quick look at a text says may be in it; each is one bit. */
export const Hint = {
  /** An `@`. */
  at: 1,
  /** A word that may be a secret's name before `=`, `:`, `>` or a comma. */
  name: 2,
  /** A word before a space that may announce a credential: `Bearer`, `--password`. */
  scheme: 4,
  /** The beginning of a provider's token, such as `ghp_`. */
  prefix: 8,
  /** A long run of letters and digits that starts as base64 of plain text does. */
  base64: 16,
  /** A percent sign with two hex digits. */
  percent: 32,
  /** Nine digits or more, with nothing but separators between them. */
  digits: 64,
  /** Two letters and two digits at the start of a word, as an IBAN has. */
  iban: 128,
  /** Several hyphens in a row. */
  dashes: 256,
  /** A run of 36 letters and digits or more that is no UUID. */
  long: 512,
} as const;

const LETTER = 1;
const DIGIT = 2;
const JOINER = 3;
const SPACER = 4;
const NAME_END = 5;
const PERCENT = 6;
const AT = 7;
const BACKSLASH = 8;
const OTHER = 0;

const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) CLASSES[code] = LETTER;
  else if (/\d/.test(character)) CLASSES[code] = DIGIT;
  else if (/[_-]/.test(character)) CLASSES[code] = JOINER;
  else if (/[ .+/~$()]/.test(character)) CLASSES[code] = SPACER;
  else if (/[=:>,]/.test(character)) CLASSES[code] = NAME_END;
  else CLASSES[code] = { '%': PERCENT, '@': AT, '\\': BACKSLASH }[character] ?? OTHER;
}

/** Index in the base64 alphabet, either of them, by character code; 64 for what is not in it. */
const BASE64 = new Uint8Array(128).fill(64);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  BASE64[character.charCodeAt(0)] = value;
}
BASE64[0x2d] = 62;
BASE64[0x5f] = 63;

const DIGITS_WORTH_A_LOOK = 9;
const RUN_WORTH_A_LOOK = 16;
const LONG_RUN = 36;

/**
 * Three letters in one bit of a table, case ignored. Other characters fall together with letters, which is harmless
 * in a hint.
 */
class Triples {
  readonly #bits = new Uint32Array(1024);

  /** Adds a tail of one to three characters; with fewer, any may stand before them. */
  add(tail: string): void {
    const [first, second, third] = [-3, -2, -1].map((at) => tail.at(at)?.charCodeAt(0));
    for (let any = 0; any < 32; any++) {
      const index = ((second === undefined ? any : second & 31) << 5) | (third! & 31);
      this.#bits[index]! |= first === undefined ? 0xffffffff : 1 << (first & 31);
    }
  }

  has(first: number, second: number, third: number): boolean {
    return ((this.#bits[((second & 31) << 5) | (third & 31)]! >>> (first & 31)) & 1) === 1;
  }
}

/** What a scanner is to look for. */
export interface ScannerOptions {
  /** How the names of secrets can end. */
  readonly nameTails: Iterable<string>;
  /** The words before a space that announce a credential. */
  readonly schemes: Iterable<string>;
  /** How tokens begin. One that ends in `_`, `-`, `.`, `/`, `~` or `$` is found anywhere, another at the start of a word. */
  readonly prefixes: Iterable<string>;
}

/** Says in one pass over a text, as bits of {@link Hint}, what may be in it; 0 when there can be nothing. */
export type Scanner = (text: string) => number;

/**
 * Builds the scanner. It looks at each character once and does more only at separators and at the ends of long words;
 * it may say too much, never too little.
 */
export function createScanner({ nameTails, schemes, prefixes }: ScannerOptions): Scanner {
  const tails = new Triples();
  const schemeTails = new Triples();
  const prefixTails = new Triples();
  const starts = new Triples();
  for (const tail of nameTails) tails.add(tail);
  for (const scheme of schemes) schemeTails.add(scheme.slice(-3));
  for (const prefix of prefixes) {
    if (/^[^a-z0-9]|^[a-z]\.$/i.test(prefix)) continue;
    if (/[^a-z0-9]$/i.test(prefix)) prefixTails.add(prefix.slice(0, -1).slice(-3));
    else starts.add([...prefix.slice(0, 3)].reverse().join(''));
  }

  return function scan(text) {
    const { length } = text;
    let hints = 0;
    let runStart = 0;
    let digits = 0;
    for (let at = 0; at <= length; at++) {
      const code = at < length ? text.charCodeAt(at) : 0;
      const kind = code < 128 ? CLASSES[code]! : OTHER;
      if (kind === LETTER) {
        digits = 0;
        continue;
      }
      if (kind === DIGIT) {
        if (++digits === DIGITS_WORTH_A_LOOK) hints |= Hint.digits;
        else if (digits === 2 && at - runStart === 3) hints |= Hint.iban;
        continue;
      }
      if (kind === JOINER) {
        if (at > 1 && prefixTails.has(text.charCodeAt(at - 3), text.charCodeAt(at - 2), text.charCodeAt(at - 1))) {
          hints |= Hint.prefix;
        }
        if (code === 0x2d && text.charCodeAt(at - 1) === 0x2d && text.charCodeAt(at - 2) === 0x2d) hints |= Hint.dashes;
        continue;
      }
      const run = at - runStart;
      if (run >= RUN_WORTH_A_LOOK) hints |= longRun(text, runStart, at);
      runStart = at + 1;
      if (kind === SPACER) {
        const a = text.charCodeAt(at - 3);
        const b = text.charCodeAt(at - 2);
        const c = text.charCodeAt(at - 1);
        if (code === 0x20) {
          if (schemeTails.has(a, b, c)) hints |= Hint.scheme;
        } else {
          // A word of one letter before a full stop, as Vault's older tokens have, is rare enough to look.
          if (prefixTails.has(a, b, c) || (run === 1 && code === 0x2e)) hints |= Hint.prefix;
          if (code === 0x2b && schemeTails.has(a, b, c)) hints |= Hint.scheme;
        }
      } else if (kind === NAME_END) {
        digits = 0;
        if ((hints & Hint.name) === 0 && endsName(text, at)) hints |= Hint.name;
        // A Telegram token: digits, a colon, `A`.
        if (code === 0x3a && text.charCodeAt(at + 1) === 0x41) hints |= Hint.prefix;
      } else if (kind === AT) {
        digits = 0;
        hints |= Hint.at;
      } else if (kind === PERCENT) {
        if (isHexDigit(text.charCodeAt(at + 1)) && isHexDigit(text.charCodeAt(at + 2))) hints |= Hint.percent;
        digits = 0;
      } else if (kind === BACKSLASH) {
        // The letter of an escape belongs to no word: `\n`, `\u0026`.
        runStart = text.charCodeAt(at + 1) === 0x75 ? at + 6 : at + 2;
        digits = 0;
      } else if (code < 128) digits = 0;
    }
    return hints;
  };

  function longRun(text: string, start: number, end: number): number {
    const [a, b, c] = [text.charCodeAt(start), text.charCodeAt(start + 1), text.charCodeAt(start + 2)];
    let hints = starts.has(c, b, a) ? Hint.prefix : 0;
    if (startsAsPlainText(a, b, c, text.charCodeAt(start + 3))) hints |= Hint.base64;
    // A UUID is 36 characters with a hyphen after the eighth.
    if (end - start >= LONG_RUN && !(end - start === LONG_RUN && text.charCodeAt(start + 8) === 0x2d)) {
      hints |= Hint.long;
    }
    return hints;
  }

  function endsName(text: string, separator: number): boolean {
    let at = separator - 1;
    // Quotes, escapes and blanks stand between a name and its separator, and digits end some names.
    for (let limit = at - 16; at > limit && at >= 2; at--) {
      const code = text.charCodeAt(at);
      if (code > 0x60 ? code <= 0x7a : code >= 0x41 && code <= 0x5a) break;
    }
    return at >= 2 && tails.has(text.charCodeAt(at - 2), text.charCodeAt(at - 1), text.charCodeAt(at));
  }
}

/** Whether four characters of base64 decode to three of plain text. */
function startsAsPlainText(a: number, b: number, c: number, d: number): boolean {
  if (a > 127 || b > 127 || c > 127 || d > 127) return false;
  const [first, second, third, fourth] = [BASE64[a]!, BASE64[b]!, BASE64[c]!, BASE64[d]!];
  return (
    isPlain(((first << 2) | (second >> 4)) & 255) &&
    isPlain(((second << 4) | (third >> 2)) & 255) &&
    isPlain(((third << 6) | fourth) & 255)
  );
}

/** Whether a byte is printable ASCII, a tab or the end of a line. */
export function isPlain(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}
