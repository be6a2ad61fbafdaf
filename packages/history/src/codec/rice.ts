import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

/** So many ones say that the number follows whole. */
const ESCAPE = 20;
/** The most bits that stand apart from the ones. */
const MOST_BITS = 30;

/**
 * Writes a whole number from 0 to 2^53 in Rice's code: the number without its lowest `k` bits as so many ones, a zero,
 * and those bits. What is far larger than expected is written whole.
 */
export function writeRice(writer: BitWriter, value: number, k: number): void {
  const high = k === 0 ? value : Math.floor(value / 2 ** k);
  if (high < ESCAPE) {
    // Ones and the zero behind them.
    writer.bits(2 ** (high + 1) - 2, high + 1);
    writer.bits(value % 2 ** k, k);
    return;
  }
  writer.bits(2 ** ESCAPE - 1, ESCAPE);
  writer.bits(Math.floor(value / 2 ** 32), 22);
  writer.bits(value >>> 0, 32);
}

/** Reads what `writeRice` wrote. */
export function readRice(reader: BitReader, k: number): number {
  const high = reader.ones(ESCAPE);
  if (high === ESCAPE) return reader.bits(22) * 2 ** 32 + reader.bits(32);
  return k === 0 ? high : high * 2 ** k + reader.bits(k);
}

/** How many bits `writeRice` needs for a number. */
function cost(value: number, k: number): number {
  const high = Math.floor(value / 2 ** k);
  return high < ESCAPE ? high + 1 + k : ESCAPE + 54;
}

/** The `k` by which these numbers take the least space, and that space in bits. */
export function bestRice(values: Float64Array, length: number): { readonly k: number; readonly bits: number } {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i]!;
  // The mean tells where the best lies, but for outliers.
  const middle = length === 0 || sum === 0 ? 0 : Math.floor(Math.log2(sum / length));
  let best = { k: 0, bits: Number.POSITIVE_INFINITY };
  for (let k = clamp(middle - 3); k <= clamp(middle + 1); k++) {
    let bits = 0;
    for (let i = 0; i < length; i++) bits += cost(values[i]!, k);
    if (bits < best.bits) best = { k, bits };
  }
  return best;
}

function clamp(k: number): number {
  return Math.min(MOST_BITS, Math.max(0, k));
}
