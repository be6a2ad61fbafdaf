/** A letter without its case as 1 to 26, any digit as 27, everything else as 0: five bits for what a character is. */
export function foldCharacter(code: number): number {
  const letter = (code | 0x20) - 0x60;
  if (letter >= 1 && letter <= 26 && code < 0x7b) return letter;
  return code >= 0x30 && code <= 0x39 ? 27 : 0;
}

/** Three folded characters as one number, to which another is added at the end. */
export const TAIL_MASK = 0x7fff;

interface Word {
  readonly text: string;
  readonly bit: number;
  /** Its first character, a letter in lower case. */
  readonly head: number;
  readonly isShort: boolean;
  readonly isLower: boolean;
}

/**
 * Words found by three of their letters and digits. Whoever reads a text keeps the last three as one number; a look-up
 * then costs next to nothing where there is no such word.
 */
export class TailTable {
  /** For three folded characters, where their words are in `#words`; 0 for none. */
  readonly #index = new Uint16Array(TAIL_MASK + 1);
  readonly #words: Word[][] = [[]];

  /** Adds a word that is found by its last three letters and digits; before fewer any may stand. */
  addEnd(text: string, bit: number): void {
    const tail = [...text].map((character) => foldCharacter(character.charCodeAt(0))).filter((folded) => folded !== 0);
    const [first, second, third] = [tail.at(-3), tail.at(-2), tail.at(-1)!];
    const word = wordOf(text, bit);
    for (const a of anyOr(first)) for (const b of anyOr(second)) this.#put((a << 10) | (b << 5) | third, word);
  }

  /** Adds a word that is found by its first three letters and digits; after fewer any may stand. */
  addStart(text: string, bit: number): void {
    const [first, second, third] = [0, 1, 2].map((at) =>
      at < text.length ? foldCharacter(text.charCodeAt(at)) : undefined,
    );
    const word = wordOf(text, bit);
    for (const b of anyOr(second)) for (const c of anyOr(third)) this.#put((first! << 10) | (b << 5) | c, word);
  }

  #put(index: number, word: Word): void {
    if (this.#index[index] === 0) this.#index[index] = this.#words.push([word]) - 1;
    else this.#words[this.#index[index]!]!.push(word);
  }

  /** Whether a word may have these three characters. */
  has(tail: number): boolean {
    return this.#index[tail] !== 0;
  }

  /** The bits of the words with this tail that end in `text` at `end`. */
  endingAt(text: string, end: number, tail: number): number {
    const found = this.#index[tail]!;
    return found === 0 ? 0 : bitsOf(this.#words[found]!, text, end, true);
  }

  /** The bits of the words that start in `text` at `start`. */
  startingAt(text: string, start: number): number {
    let head = 0;
    for (let at = start; at < start + 3; at++) head = (head << 5) | foldCharacter(text.charCodeAt(at));
    const found = this.#index[head]!;
    return found === 0 ? 0 : bitsOf(this.#words[found]!, text, start, false);
  }
}

function wordOf(text: string, bit: number): Word {
  return {
    text,
    bit,
    head: text.charCodeAt(0) | 0x20,
    isShort: text.length <= SHORT_WORD && /^[a-z]/.test(text),
    isLower: text === text.toLowerCase(),
  };
}

const ANY = Array.from({ length: 28 }, (_, folded) => folded);

function anyOr(folded: number | undefined): readonly number[] {
  return folded === undefined ? ANY : [folded];
}

/** So short a word only counts at the start of another. */
const SHORT_WORD = 3;

/** Whether a letter stands before `at` that is not that of an escape. */
function continuesWord(text: string, at: number): boolean {
  return at > 0 && foldCharacter(text.charCodeAt(at - 1)) !== 0 && text.charCodeAt(at - 2) !== 0x5c;
}

function bitsOf(words: readonly Word[], text: string, at: number, ending: boolean): number {
  let bits = 0;
  for (const word of words) {
    const { length } = word.text;
    const start = ending ? at - length : at;
    if ((text.charCodeAt(start) | 0x20) !== word.head) continue;
    if (start < 0 || (word.isShort && continuesWord(text, start))) continue;
    // Words in lower case only are found in any case.
    if (
      text.startsWith(word.text, start) ||
      (word.isLower && text.slice(start, start + length).toLowerCase() === word.text)
    )
      bits |= word.bit;
  }
  return bits;
}
