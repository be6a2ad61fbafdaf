/** A name in code is rarely longer. */
export const LONGEST_NAME = 24;
/** Lower-case, Capitalised or camelCase words; at most two digits, and those at the end of a word. */
const WORDS = /^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*\d{0,2}(?:[-_.][A-Z]?[a-z]+(?:[A-Z][a-z]+)*\d{0,2})*$/;
const DIGITS = /\d/g;
const ONE_WORD = /[A-Z]?[a-z]+/g;
/** Words up to so long are often abbreviations, which follow no rule. */
const ABBREVIATION = 4;

/**
 * Which letters follow which within a word: the pairs that are frequent in the documentation of npm packages, and those
 * of some usual key prefixes. They are 317 of 676 pairs, so that of letters by chance hardly any long word is made of them.
 */
const FOLLOWING: Readonly<Record<string, string>> = {
  a: 'bcdfgiklmnprstuvwy',
  b: 'abdehilnorsuy',
  c: 'acehiklorstuy',
  d: 'adegijlorstu',
  e: 'abcdefghiklmnopqrstuvwxy',
  f: 'aefilortuy',
  g: 'aeghilmnorsu',
  h: 'abeioqrtuz',
  i: 'abcdefgklmnopqrstvxz',
  j: 'aes',
  k: 'efilos',
  l: 'abdeilmopstuvy',
  m: 'abeilmopqsuy',
  n: 'acdefgiklnopstuvy',
  o: 'abcdfghijklmnoprstuvw',
  p: 'aehiloprstu',
  q: 'lu',
  r: 'abcdefgiklmnoprstuvy',
  s: 'acefhiklmopqstuwy',
  t: 'abcehijlmoprstuwy',
  u: 'abcdegilmnoprst',
  v: 'aeio',
  w: 'aehilnors',
  x: 'ceipt',
  y: 'eilmnpst',
  z: 'aelz',
};

/**
 * Whether a text reads like a name that stands in code (`users`, `rate_limit`, `apiCache`, `v1.products`), and not like
 * an identifier: at most 24 characters; words joined by `-`, `_` or `.`; no capitals in a row, at most two digits in all,
 * each at the end of a word; and, where a word has more than four letters, letters that follow one another in words.
 * A person's name (`bob`) reads like any word.
 */
export function isCodeName(text: string): boolean {
  if (text.length > LONGEST_NAME || !WORDS.test(text)) return false;
  if ((text.match(DIGITS)?.length ?? 0) > 2) return false;
  const words = text.match(ONE_WORD)!;
  // Words of a name are rarely of a letter or two; of what is made by chance most are.
  if (words.length > 1 && words.filter((word) => word.length < 3).length > words.length / 2) return false;
  // Capitals within a name divide what is made by chance into pieces that are all short.
  const longestUnread = /.[A-Z]/.test(text) ? 1 : ABBREVIATION;
  return words.every((word) => word.length <= longestUnread || readsLikeAWord(word));
}

function readsLikeAWord(word: string): boolean {
  const letters = word.toLowerCase();
  for (let i = 0; i + 1 < letters.length; i++) {
    if (!FOLLOWING[letters[i]!]?.includes(letters[i + 1]!)) return false;
  }
  return true;
}
