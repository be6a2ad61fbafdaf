import type { Dialect } from './dialect.ts';

/** What a token is. */
export const Token = {
  End: 0,
  /** A keyword or an unquoted name. */
  Word: 1,
  /** A quoted name; `name` is what is within the quotes. */
  Quoted: 2,
  /** A text, its prefix (`E`, `X`, `N`) included. */
  Text: 3,
  Number: 4,
  /** `?`, `$1`, `:name`, `@name`. */
  Parameter: 5,
  /** One character of anything else. */
  Sign: 6,
} as const;

export type TokenKind = (typeof Token)[keyof typeof Token];

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const SINGLE_QUOTE = 39;
const STAR = 42;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const QUESTION = 63;
const AT = 64;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const BACKTICK = 96;

/** Prefixes that belong to the text after them: escapes, hexadecimal, bits, national; MySQL's character sets. */
const TEXT_PREFIX = /^(?:[ebxn]|_\w+)$/i;
const CHOSEN_QUOTE_PREFIX = /^n?q$/i;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>' };

/**
 * Reads a statement token by token, each character once, comments passed over. What is not closed goes to the end
 * of the text.
 */
export class StatementReader {
  kind: TokenKind = Token.End;
  /** Where the token begins and ends. */
  start = 0;
  end = 0;
  /** Whether there was space or a comment before it. */
  spaced = false;
  /** A text held a backslash before a quote, which databases read differently by their settings. */
  ambiguous = false;
  readonly text: string;
  readonly #dialect: Dialect;
  readonly #length: number;
  /** Where what is between the quotes begins and ends. */
  #contentStart = 0;
  #contentEnd = 0;

  constructor(text: string, dialect: Dialect, limit: number) {
    this.text = text;
    this.#dialect = dialect;
    this.#length = Math.min(text.length, limit);
  }

  /** The token's text as it is written. */
  get raw(): string {
    return this.text.slice(this.start, this.end);
  }

  /** A word as it is written, or what is between the quotes: MySQL with ANSI_QUOTES has names in those of texts. */
  get name(): string {
    if (this.kind !== Token.Quoted && this.kind !== Token.Text) return this.raw;
    const quote = this.text[this.#contentEnd] ?? '';
    return this.text.slice(this.#contentStart, this.#contentEnd).replaceAll(quote + quote, quote);
  }

  /** Another reader, at the next token. */
  ahead(): StatementReader {
    const reader = new StatementReader(this.text, this.#dialect, this.#length);
    reader.end = this.end;
    reader.next();
    return reader;
  }

  /** Goes to the next token and says what it is. */
  next(): TokenKind {
    const begin = this.end;
    this.#skipSpace();
    this.spaced = this.end > begin;
    this.start = this.end;
    this.kind = this.end >= this.#length ? Token.End : this.#read();
    return this.kind;
  }

  #read(): TokenKind {
    const { text, start } = this;
    const code = text.charCodeAt(start);
    if (isWordStart(code)) return this.#readWord();
    if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(start + 1)))) return this.#readNumber();
    switch (code) {
      case SINGLE_QUOTE:
        return this.#readQuoted(SINGLE_QUOTE, this.#dialect.backslashEscapes, Token.Text);
      case DOUBLE_QUOTE: {
        const { doubleQuotedText, backslashEscapes } = this.#dialect;
        return this.#readQuoted(
          DOUBLE_QUOTE,
          doubleQuotedText && backslashEscapes,
          doubleQuotedText ? Token.Text : Token.Quoted,
        );
      }
      case BACKTICK:
        return this.#readQuoted(BACKTICK, false, Token.Quoted);
      case OPEN_BRACKET:
        if (this.#dialect.brackets) return this.#readQuoted(CLOSE_BRACKET, false, Token.Quoted);
        break;
      case DOLLAR:
        return this.#readDollar();
      case QUESTION:
        for (this.end = start + 1; isDigit(text.charCodeAt(this.end)); ) this.end++;
        return Token.Parameter;
      case COLON:
      case AT:
        if (isWordStart(text.charCodeAt(start + 1)) && text.charCodeAt(start - 1) !== code) {
          this.end = this.#wordEnd(start + 1);
          return Token.Parameter;
        }
        break;
    }
    this.end = start + 1;
    return Token.Sign;
  }

  #readWord(): TokenKind {
    const { text, start } = this;
    this.end = this.#wordEnd(start + 1);
    const after = text.charCodeAt(this.end);
    if (after === SINGLE_QUOTE && this.#dialect.chosenQuotes && CHOSEN_QUOTE_PREFIX.test(text.slice(start, this.end))) {
      const opening = text[this.end + 1] ?? '';
      return this.#readUntil(`${CLOSING[opening] ?? opening}'`, this.end + 2);
    }
    if (after === SINGLE_QUOTE && TEXT_PREFIX.test(text.slice(start, Math.min(this.end, start + 32)))) {
      const escapes = this.#dialect.backslashEscapes || text.charCodeAt(start) === 69 || text.charCodeAt(start) === 101;
      this.start = this.end;
      const kind = this.#readQuoted(SINGLE_QUOTE, escapes, Token.Text);
      this.start = start;
      return kind;
    }
    // U&"…" and U&'…'
    const isUnicode = this.end - start === 1 && (text.charCodeAt(start) | 32) === 117 && after === 38;
    const quote = text.charCodeAt(this.end + 1);
    if (isUnicode && (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE)) {
      this.start = this.end + 1;
      return this.#readQuoted(quote, false, quote === DOUBLE_QUOTE ? Token.Quoted : Token.Text);
    }
    return Token.Word;
  }

  #readNumber(): TokenKind {
    const { text } = this;
    let at = this.start + 1;
    for (; at < this.#length; at++) {
      const code = text.charCodeAt(at);
      const signOfExponent = (code === DASH || code === 43) && (text.charCodeAt(at - 1) | 32) === 101;
      if (!isWordPart(code) && code !== DOT && !(signOfExponent && isDigit(text.charCodeAt(at + 1)))) break;
    }
    this.end = at;
    return Token.Number;
  }

  /** From the quote at `start`; a doubled one stands for itself. */
  #readQuoted(quote: number, escapes: boolean, kind: TokenKind): TokenKind {
    const { text } = this;
    let at = this.start + 1;
    for (; at < this.#length; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH && kind === Token.Text) {
        if (text.charCodeAt(at + 1) === quote && this.#dialect.backslashEscapes) this.ambiguous = true;
        if (escapes) at++;
      } else if (code === quote) {
        if (text.charCodeAt(at + 1) !== quote) break;
        at++;
      }
    }
    this.end = Math.min(at + 1, this.#length);
    this.#contentStart = this.start + 1;
    this.#contentEnd = Math.min(at, this.#length);
    return kind;
  }

  #readDollar(): TokenKind {
    const { text, start } = this;
    const tagEnd = this.#wordEnd(start + 1, true);
    if (this.#dialect.dollarQuotes && text.charCodeAt(tagEnd) === DOLLAR && !isDigit(text.charCodeAt(start + 1))) {
      const tag = text.slice(start, tagEnd + 1);
      return this.#readUntil(tag, tagEnd + 1);
    }
    this.end = Math.max(tagEnd, start + 1);
    return Token.Parameter;
  }

  /** A text without escapes. */
  #readUntil(closing: string, from: number): TokenKind {
    const closed = this.text.indexOf(closing, from);
    this.end = closed < 0 ? this.#length : Math.min(closed + closing.length, this.#length);
    this.#contentStart = from;
    this.#contentEnd = from;
    return Token.Text;
  }

  #skipSpace(): void {
    const { text } = this;
    const { hashComments } = this.#dialect;
    while (this.end < this.#length) {
      const code = text.charCodeAt(this.end);
      const following = text.charCodeAt(this.end + 1);
      if (code === SPACE || (code >= TAB && code <= 13) || code === 0xa0 || code === 0xfeff) this.end++;
      else if (code === DASH && following === DASH && !(hashComments && text.charCodeAt(this.end + 2) > SPACE)) {
        this.#skipLine();
      } else if (code === HASH && hashComments) this.#skipLine();
      else if (code === SLASH && following === STAR) this.#skipBlock();
      else return;
    }
  }

  #skipLine(): void {
    const at = this.text.indexOf('\n', this.end);
    this.end = at < 0 || at >= this.#length ? this.#length : at + 1;
  }

  #skipBlock(): void {
    const { text } = this;
    let depth = 1;
    let at = this.end + 2;
    for (; at < this.#length && depth > 0; at++) {
      const code = text.charCodeAt(at);
      if (code === STAR && text.charCodeAt(at + 1) === SLASH) {
        depth--;
        at++;
      } else if (code === SLASH && text.charCodeAt(at + 1) === STAR && this.#dialect.nestedComments) {
        depth++;
        at++;
      }
    }
    this.end = Math.min(at, this.#length);
  }

  #wordEnd(from: number, noDollar = false): number {
    const { text } = this;
    let at = from;
    while (at < this.#length) {
      const code = text.charCodeAt(at);
      if (!isWordPart(code) || (noDollar && code === DOLLAR)) break;
      at++;
    }
    return at;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code > 127 && code !== 0xa0);
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === DOLLAR;
}
