import { hash } from 'node:crypto';
import { dialectOf } from './dialect.ts';
import { StatementReader, Token } from './reader.ts';
import { SCAN_LIMIT } from './scan.ts';

/** Longer normalised statements are cut. */
const MAX_LENGTH = 1_000;
const CUT = '…';
const VALUE = '?';
/** Behind these a minus or plus belongs to the number. */
const BEFORE_SIGNED = /^(?:[(,=<>+\-*/|%]|IN|VALUES|AND|OR|THEN|ELSE|LIMIT|OFFSET|BETWEEN|SELECT)$/i;

/**
 * The statement without its values: texts, numbers and parameters are `?`, a list of them is one `?`, rows of them are
 * one row, comments are gone. At most 1,000 characters, in time linear in the statement's length. Where a setting of
 * the server decides how a text is read, all behind it is left out, so that no value can pass for a name.
 */
export function normaliseStatement(text: string, system: string): string {
  const reader = new StatementReader(text, dialectOf(system), SCAN_LIMIT);
  const output = new Output();
  while (output.read(reader)) {
    if (reader.ambiguous) return output.text + CUT;
    if (output.length > MAX_LENGTH) return output.text.slice(0, MAX_LENGTH) + CUT;
  }
  return output.text + (text.length > SCAN_LIMIT ? CUT : '');
}

/**
 * The same for statements that differ in their values only, and another for any others, of which 32,768 characters are
 * read: also what `normaliseStatement` leaves out. '' for ''.
 */
export function fingerprintOf(text: string, system: string): string {
  const reader = new StatementReader(text, dialectOf(system), SCAN_LIMIT);
  const output = new Output();
  while (output.read(reader));
  return output.length === 0 ? '' : hash('sha256', output.text, 'base64');
}

/** Statements that set something: the value may be a bare word. */
const SETTING = new Set(['SET', 'PRAGMA']);
/** In others, what comes behind a word. */
const SETTING_WITHIN = new Set(['ALTER SET', 'CREATE SET', 'ATTACH KEY']);

/** Whether a word is a value that is set, for one statement after the other. */
class Settings {
  isValue = false;
  #verb = '';
  #sets = false;

  read(token: string, isName: boolean): void {
    const word = isName && token.length <= 6 ? token.toUpperCase() : '';
    if (token === ';') {
      this.#verb = '';
      this.#sets = this.isValue = false;
    } else if (this.#sets) {
      this.isValue ||= word === 'TO' || token === '=' || (token === '(' && this.#verb === 'PRAGMA');
    } else if (isName && this.#verb === '') {
      this.#verb = word || 'other';
      this.#sets = SETTING.has(word);
    } else if (SETTING_WITHIN.has(`${this.#verb} ${word}`)) {
      this.#sets = true;
      this.isValue = word === 'KEY';
    }
  }
}

/** What is written, with lists and rows folded as they come. */
class Output {
  length = 0;
  /** The tokens, and beside them whether there is a space before each. */
  readonly #parts: string[] = [];
  readonly #spaces: boolean[] = [];
  readonly #settings = new Settings();

  get text(): string {
    return this.#parts.map((part, i) => (this.#spaces[i] && i > 0 ? ` ${part}` : part)).join('');
  }

  /** Takes the next token; `false` where there is none. */
  read(reader: StatementReader): boolean {
    const kind = reader.next();
    if (kind === Token.End) return false;
    const isValue = kind === Token.Text || kind === Token.Number || kind === Token.Parameter;
    this.#add(isValue ? VALUE : reader.raw, reader.spaced, kind !== Token.Sign);
    return true;
  }

  #add(token: string, spaced: boolean, isName: boolean): void {
    const part = isName && this.#settings.isValue ? VALUE : token;
    this.#settings.read(token, isName);
    if (part === VALUE) this.#addValue(spaced);
    else {
      this.#push(part, spaced);
      if (part === ')') this.#foldRow();
    }
  }

  #addValue(spaced: boolean): void {
    const parts = this.#parts;
    const sign = parts.at(-1);
    if ((sign === '-' || sign === '+') && BEFORE_SIGNED.test(parts.at(-2) ?? '(')) this.#pop();
    if (parts.at(-1) === ',' && parts.at(-2) === VALUE) this.#pop();
    else this.#push(VALUE, spaced);
  }

  /** `(?), (?)` becomes `(?)`. */
  #foldRow(): void {
    const parts = this.#parts;
    const at = parts.length - 7;
    if (at < 0 || parts.slice(at).join('') !== '(?),(?)') return;
    for (let i = 0; i < 4; i++) this.#pop();
  }

  #push(part: string, spaced: boolean): void {
    this.#parts.push(part);
    this.#spaces.push(spaced);
    this.length += part.length + (spaced ? 1 : 0);
  }

  #pop(): void {
    this.length -= this.#parts.pop()!.length + (this.#spaces.pop() ? 1 : 0);
  }
}
