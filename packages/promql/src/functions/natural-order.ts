import { compareText } from '../labels/compare.ts';

/** Compares texts with the numbers in them by value: `node9` before `node10`. */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const one = left[index]!;
    const other = right[index]!;
    const order = isNumber(one) && isNumber(other) ? compareDigits(one, other) : compareText(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

function isNumber(text: string): boolean {
  return text >= '0' && text < ':';
}

/** Digits of any length, leading zeros aside. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareText(left, right);
}
