import { BitReader } from '../../codec/bit-reader.ts';
import { BitWriter } from '../../codec/bit-writer.ts';

/** A snapshot as a row of the table `snapshot` holds it: the series by id, and their values. */
export interface RowSnapshot {
  readonly ids: Float64Array;
  readonly values: Float64Array;
}

const SAME_SERIES = 0;
const OTHER_SERIES = 1;

/**
 * Writes a snapshot by what has changed since the one before: a bit for each series, and the values of those that did.
 * Where the series are others, or there is none before, all of it.
 */
export function encodeRow({ ids, values }: RowSnapshot, before: RowSnapshot | undefined): Uint8Array {
  const writer = new BitWriter();
  if (before === undefined || before.ids !== ids) {
    writer.byte(OTHER_SERIES);
    writer.varint(ids.length);
    let last = 0;
    for (const id of ids) {
      writer.signed(id - last);
      last = id;
    }
    writer.bytes(bytesOf(values));
    return writer.take();
  }
  const words = wordsOf(values);
  const wordsBefore = wordsOf(before.values);
  const changed = new Uint8Array(Math.ceil(values.length / 8));
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (words[i * 2] === wordsBefore[i * 2] && words[i * 2 + 1] === wordsBefore[i * 2 + 1]) continue;
    changed[i >> 3]! |= 1 << (i & 7);
    kept.set(values.subarray(i, i + 1), count++);
  }
  writer.byte(SAME_SERIES);
  writer.bytes(changed);
  writer.bytes(bytesOf(kept.subarray(0, count)));
  return writer.take();
}

/** Reads a row. @throws {RangeError} where it does not fit the one before: the data are damaged. */
export function decodeRow(data: Uint8Array, before: RowSnapshot | undefined): RowSnapshot {
  const reader = new BitReader(data);
  if (reader.byte() === OTHER_SERIES) {
    const count = reader.varint();
    if (count > data.length) throw damaged();
    const ids = new Float64Array(count);
    let id = 0;
    for (let i = 0; i < count; i++) ids[i] = id += reader.signed();
    return { ids, values: doublesIn(data, reader.position, count) };
  }
  if (before === undefined) throw damaged();
  const { ids } = before;
  const bitmap = data.subarray(1, 1 + Math.ceil(ids.length / 8));
  if (bitmap.length < Math.ceil(ids.length / 8)) throw damaged();
  let count = 0;
  for (const byte of bitmap) for (let bits = byte; bits !== 0; bits &= bits - 1) count++;
  const changed = doublesIn(data, 1 + bitmap.length, count);
  const values = before.values.slice();
  let next = 0;
  for (let i = 0; i < ids.length; i++) {
    if ((bitmap[i >> 3]! & (1 << (i & 7))) === 0) continue;
    values.set(changed.subarray(next, next + 1), i);
    next++;
  }
  return { ids, values };
}

function doublesIn(data: Uint8Array, at: number, count: number): Float64Array {
  if (at + count * 8 > data.length) throw damaged();
  return new Float64Array(data.slice(at, at + count * 8).buffer);
}

function damaged(): RangeError {
  return new RangeError('[telltale] [history] a snapshot that cannot be read');
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}
