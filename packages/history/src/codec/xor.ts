import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

const [HIGH, LOW] = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? [1, 0] : [0, 1];

/**
 * Writes doubles bit by bit as Gorilla does: of each the bits that differ from the one before, without the zeros around
 * them. (Pelkonen et al., "Gorilla: a fast, scalable, in-memory time series database", VLDB 2015, 4.1.3.)
 */
export function writeXor(writer: BitWriter, values: Float64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let high = 0;
  let low = 0;
  let leading = 64;
  let trailing = 0;
  for (let i = 0; i < values.length; i++) {
    const nextHigh = words[i * 2 + HIGH!]!;
    const nextLow = words[i * 2 + LOW!]!;
    const differHigh = (nextHigh ^ high) >>> 0;
    const differLow = (nextLow ^ low) >>> 0;
    high = nextHigh;
    low = nextLow;
    if (differHigh === 0 && differLow === 0) {
      writer.bits(0, 1);
      continue;
    }
    const before = Math.min(31, differHigh !== 0 ? Math.clz32(differHigh) : 32 + Math.clz32(differLow));
    const after = differLow !== 0 ? zerosBehind(differLow) : 32 + zerosBehind(differHigh);
    const fits = before >= leading && after >= trailing;
    // A window that has become too wide costs more than a new one.
    if (fits && 64 - leading - trailing <= 64 - before - after + 11) writer.bits(0b10, 2);
    else {
      leading = before;
      trailing = after;
      writer.bits(0b11, 2);
      writer.bits(leading, 5);
      writer.bits(63 - leading - trailing, 6);
    }
    writeMiddle(writer, differHigh, differLow, leading, trailing);
  }
}

/** Reads so many doubles into `values`, from `at` on. */
export function readXor(reader: BitReader, values: Float64Array, at: number, count: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let high = 0;
  let low = 0;
  let width = 64;
  let trailing = 0;
  for (let i = at; i < at + count; i++) {
    if (reader.bits(1) === 1) {
      if (reader.bits(1) === 1) {
        const leading = reader.bits(5);
        width = reader.bits(6) + 1;
        trailing = Math.max(0, 64 - leading - width);
      }
      const upper = width > 32 ? reader.bits(width - 32) : 0;
      const lower = reader.bits(Math.min(width, 32));
      if (trailing === 0) {
        high ^= upper;
        low ^= lower;
      } else if (trailing < 32) {
        high ^= (upper << trailing) | (lower >>> (32 - trailing));
        low ^= lower << trailing;
      } else high ^= lower << (trailing - 32);
    }
    words[i * 2 + HIGH!] = high;
    words[i * 2 + LOW!] = low;
  }
}

function writeMiddle(writer: BitWriter, high: number, low: number, leading: number, trailing: number): void {
  const width = 64 - leading - trailing;
  let upper = high;
  let lower = low;
  if (trailing >= 32) {
    lower = trailing === 32 ? high : high >>> (trailing - 32);
    upper = 0;
  } else if (trailing > 0) {
    lower = (low >>> trailing) | (high << (32 - trailing));
    upper = high >>> trailing;
  }
  if (width > 32) writer.bits(upper, width - 32);
  writer.bits(lower, Math.min(width, 32));
}

function zerosBehind(word: number): number {
  return 31 - Math.clz32(word & -word);
}
