import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';

/**
 * Writes rising times, in whole milliseconds: the first, then by how much each step differs from the one before. All
 * series of a segment share them, so that the jitter of a timer costs a byte or two for each snapshot, not each sample.
 */
export function encodeTimes(times: ArrayLike<number>): Uint8Array {
  const writer = new BitWriter();
  writer.varint(times.length);
  let last = 0;
  let step = 0;
  for (let i = 0; i < times.length; i++) {
    const next = times[i]! - last;
    writer.signed(next - step);
    last = times[i]!;
    step = i === 0 ? 0 : next;
  }
  return writer.take();
}

/** Reads times. @throws {RangeError} where they are not rising: the data are damaged. */
export function decodeTimes(bytes: Uint8Array): Float64Array {
  const reader = new BitReader(bytes);
  const length = reader.varint();
  if (length > bytes.length)
    throw new RangeError(`[telltale] [history] ${length} times cannot be in ${bytes.length} bytes`);
  const times = new Float64Array(length);
  let last = 0;
  let step = 0;
  for (let i = 0; i < length; i++) {
    const next = step + reader.signed();
    if (i > 0 && next <= 0) throw new RangeError('[telltale] [history] times that do not rise');
    last += next;
    times[i] = last;
    step = i === 0 ? 0 : next;
  }
  return times;
}
