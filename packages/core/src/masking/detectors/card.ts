import { type Cover, filler, type ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

/** First digits, from and to, and the lengths of the numbers that start so. */
type Range = readonly [from: number, to: number, shortest: number, longest: number];

/**
 * Issuer ranges: ISO/IEC 7812-1 as the networks publish them; gathered in
 * https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN).
 */
const ISSUERS: readonly Range[] = [
  [4, 4, 13, 13], [4, 4, 16, 16], [4, 4, 19, 19], // Visa
  [51, 55, 16, 16], [2221, 2720, 16, 16], // Mastercard
  [34, 34, 15, 15], [37, 37, 15, 15], // American Express
  [6011, 6011, 16, 19], [644, 649, 16, 19], [65, 65, 16, 19], [622126, 622925, 16, 19], // Discover
  [300, 305, 14, 19], [3095, 3095, 14, 19], [36, 36, 14, 19], [38, 39, 14, 19], // Diners Club
  [3528, 3589, 16, 19], [3088, 3094, 16, 16], [3096, 3102, 16, 16], [3112, 3120, 16, 16], [3158, 3159, 16, 16], [3337, 3349, 16, 16], [2014, 2014, 15, 15], [2149, 2149, 15, 15], [2131, 2131, 15, 15], [1800, 1800, 15, 15], // JCB
  [62, 62, 16, 19], [81, 81, 16, 19], // UnionPay
  [2200, 2205, 16, 19], // Mir, Borica
  [5018, 5018, 13, 19], [5020, 5020, 13, 19], [5038, 5038, 13, 19], [5893, 5893, 13, 19], [6304, 6304, 13, 19],
  [6706, 6706, 16, 19], [6709, 6709, 16, 19], [6759, 6763, 13, 19], [6767, 6767, 16, 19], [6771, 6771, 16, 19],
  [56, 58, 13, 19], [639, 639, 13, 19], [67, 67, 13, 19], // Maestro, Laser, Solo
  [60, 60, 16, 16], [82, 82, 16, 16], [508, 508, 16, 16], [353, 353, 16, 16], [356, 356, 16, 16], // RuPay
  [636, 639, 16, 19], [5019, 5019, 16, 16], [4571, 4571, 16, 16], // InterPayment, Dankort
  [5060, 5067, 16, 19], [507865, 507964, 16, 19], [650002, 650027, 16, 19], // Verve
  [9792, 9792, 16, 16], [8600, 8600, 16, 16], [9860, 9860, 16, 16], [357111, 357111, 16, 16], // Troy, UzCard, Humo, LankaPay
  [636368, 636368, 16, 16], [438935, 438935, 16, 16], [504175, 504175, 16, 16], [451416, 451416, 16, 16], // Elo
  [509000, 509999, 16, 16], [627780, 627780, 16, 16], [636297, 636297, 16, 16], [650031, 655058, 16, 16],
  [4903, 4905, 16, 19], [4911, 4911, 16, 19], [4936, 4936, 16, 19], [564182, 564182, 16, 19], [6331, 6334, 16, 19], // Switch
  [6054, 6054, 16, 16], [5610, 5610, 16, 16], [1, 1, 15, 15], // Pridnestrovie, Bankcard, UATP
]; // biome-ignore format: a table of ranges reads best filled

/** How many digits stand together where a number is printed in groups. */
const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 4, 1],
  [4, 4, 4, 4],
  [4, 4, 4, 6],
  [4, 4, 4, 5],
  [4, 4, 4, 3],
  [4, 4, 4, 2],
  [4, 4, 4, 1],
  [4, 4, 5],
  [4, 3, 3, 3],
  [4, 6, 5],
  [4, 6, 4],
  [4, 5, 6],
  [6, 13],
  [6, 10],
  [8, 8],
  [6, 6, 4],
  [6, 6, 6],
];

/** Payment card numbers of every brand: 13 to 19 digits, together or in groups, with the issuer's range and Luhn's check digit. */
export const card: ReadingDetector = {
  name: 'card',
  label: 'CARD',
  hints: Hint.digits,
  replace: replaceCards,
  examples: () => ({
    masks: [
      [`card ${'4242 '.repeat(3)}4242 declined`, 'card [CARD …4242] declined'],
      [`pan=${'4242-'.repeat(3)}4242;`, 'pan=[CARD …4242];'],
      [`${'3782'}${'822463'}${'10005'}`, '[CARD …0005]'],
      [`(${'3782'} ${'822463'} ${'10005'})`, '([CARD …0005])'],
      [`${'30569'}${'309025904'}`, '[CARD …5904]'],
      [`paid with ${'55555'}${'55555'}${'554444'}.`, 'paid with [CARD …4444].'],
      [`${'62000'}${'0000'}${'0000005'} 12/29 737`, '[CARD …0005] 12/29 737'],
    ],
    keeps: [
      `order ${'4242424242'}${'424241'}`,
      '1763789480123',
      '20261122053120123',
      '0.4242424242424242',
      '-73.4242424242424242',
      `${'42424242'}-4242-4242-4242-424242424242`,
      `a${'4242'.repeat(4)}f`,
      '114-1234567-1234567',
      '192.168.100.200',
      filler('digits', 40),
    ],
  }),
};

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWordCharacter(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}

// Blank, no-break and narrow blanks, hyphens and dashes, full stop, plus (a blank in a form), underscore.
const SEPARATORS = ' \u00a0\u2007\u2009\u202f-\u2010\u2011\u2012\u2013\u2212.+_\t';
const LONGEST_SEPARATOR = 3;

interface Group {
  readonly start: number;
  readonly end: number;
}

function replaceCards(text: string, cover: Cover, label: string): string {
  let result = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const end = endOfDigits(text, at);
    const found = startsNumber(text, at) ? numberAt(text, at, end) : undefined;
    if (found === undefined) {
      at = end;
      continue;
    }
    result += text.slice(copied, at) + cover(label, found.digits, `…${found.digits.slice(-4)}`);
    copied = found.end;
    at = found.end - 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Not inside a word, a decimal or a hyphenated run of digits such as a UUID. */
function startsNumber(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (Number.isNaN(before)) return true;
  const second = text.charCodeAt(at - 2);
  if (isWordCharacter(before)) return second === 0x5c || text.slice(at - 6, at - 4) === '\\u';
  if (before === 0x2e || before === 0x2c) return !isDigit(second);
  return !(before === 0x2d && isDigit(second));
}

function endsNumber(text: string, end: number, separator: string): boolean {
  const after = text.charCodeAt(end);
  if (Number.isNaN(after)) return true;
  if (isWordCharacter(after)) return false;
  const second = text.charCodeAt(end + 1);
  if (after === 0x2e) return !isDigit(second);
  return !(separator === '-' && after === 0x2d && isWordCharacter(second));
}

function numberAt(
  text: string,
  start: number,
  end: number,
): { readonly digits: string; readonly end: number } | undefined {
  if (end - start > 19) return undefined;
  if (end - start >= 13) {
    const digits = text.slice(start, end);
    return isCardNumber(digits) && endsNumber(text, end, '') ? { digits, end } : undefined;
  }
  if (end - start < 4 || end - start > 8) return undefined;

  const groups: Group[] = [{ start, end }];
  let separator: string | undefined;
  while (groups.length < 5) {
    const last = groups.at(-1)!.end;
    let next = last;
    while (next - last < LONGEST_SEPARATOR && SEPARATORS.includes(text.charAt(next)) && next < text.length) next++;
    const between = text.slice(last, next);
    if (between === '' || (separator !== undefined && between !== separator)) break;
    const groupEnd = endOfDigits(text, next);
    if (groupEnd === next || groupEnd - next > 13) break;
    separator = between;
    groups.push({ start: next, end: groupEnd });
  }
  for (const grouping of GROUPINGS) {
    if (grouping.length > groups.length) continue;
    if (!grouping.every((size, index) => groups[index]!.end - groups[index]!.start === size)) continue;
    const last = groups[grouping.length - 1]!.end;
    const digits = groups
      .slice(0, grouping.length)
      .map((group) => text.slice(group.start, group.end))
      .join('');
    if (isCardNumber(digits) && endsNumber(text, last, separator!)) return { digits, end: last };
  }
  return undefined;
}

/** Whether 13 to 19 digits can be a card's: an issuer's range of that length, the check digit, not all alike. */
function isCardNumber(digits: string): boolean {
  const { length } = digits;
  const plausible = ISSUERS.some(([from, to, shortest, longest]) => {
    if (length < shortest || length > longest) return false;
    const head = Number(digits.slice(0, String(from).length));
    return head >= from && head <= to;
  });
  return plausible && hasLuhnDigit(digits) && !/^(\d)\1*$/.test(digits);
}

/** ISO/IEC 7812-1, annex B. */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 0x30;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
