import { isStale, markStale } from '@telltale/promql';
import type { SampleRun } from '../stores/sample-run.ts';
import { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { readWholeNumbers, writeWholeNumbers } from './whole-numbers.ts';
import { readXor, writeXor } from './xor.ts';

/** How the values of a column are written; the exponent of `DECIMAL` stands in the upper half of the byte. */
const EMPTY = 0;
const CONSTANT = 1;
const WHOLE = 2;
const DECIMAL = 3;
const BITS = 4;
/** Some places hold no value, or a staleness marker. */
const HAS_HOLES = 8;

/** Steps between whole numbers stay exact up to twice this. */
const LARGEST = 2 ** 51;
const POWERS = Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);

const ABSENT_HIGH = 0x7ff00000;
const ABSENT_LOW = 5;
const QUIET_BIT = 0x00080000;
const [HIGH, LOW] = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? [1, 0] : [0, 1];

/** Writes that the series has no sample here: a NaN like the staleness marker, which only this package knows. */
export function markAbsent(words: Uint32Array, index: number): void {
  words[index * 2 + HIGH!] = ABSENT_HIGH;
  words[index * 2 + LOW!] = ABSENT_LOW;
}

function isAbsent(words: Uint32Array, index: number): boolean {
  return words[index * 2 + LOW!] === ABSENT_LOW && (words[index * 2 + HIGH!]! & ~QUIET_BIT) === ABSENT_HIGH;
}

/**
 * Writes the values of one series at the times of a segment, in whichever way takes the least: one value, whole
 * numbers, decimal fractions as whole numbers, or bits. Every value comes back with the bits that it had.
 */
export function encodeColumn(writer: BitWriter, column: Float64Array): void {
  const { values, holes } = withoutHoles(column);
  const flag = holes.length > 0 ? HAS_HOLES : 0;
  const exponent = values.length === 0 ? -1 : exponentOf(values);
  const mode =
    values.length === 0
      ? EMPTY
      : isConstant(values)
        ? CONSTANT
        : exponent === 0
          ? WHOLE
          : exponent > 0
            ? DECIMAL
            : BITS;
  // One value is a constant; as a whole number or fraction it takes less than eight bytes.
  writer.byte(
    mode | flag | (exponent > 0 && mode !== BITS ? exponent << 4 : mode === CONSTANT && exponent < 0 ? 0xf0 : 0),
  );
  if (holes.length > 0) {
    writer.varint(holes.length);
    for (const { skip, length, stale } of holes) {
      writer.varint(skip);
      writer.varint(length * 2 + (stale ? 1 : 0));
    }
  }
  if (mode === CONSTANT && exponent >= 0) writer.signed(scaled(values[0]!, exponent));
  else if (mode === CONSTANT) writer.bytes(new Uint8Array(values.slice(0, 1).buffer));
  else if (mode === WHOLE) writeWholeNumbers(writer, values, values.length);
  else if (mode === DECIMAL) {
    const numbers = values.map((value) => scaled(value, exponent));
    writeWholeNumbers(writer, numbers, numbers.length);
  } else if (mode === BITS) {
    writeXor(writer, values);
    writer.align();
  }
}

/** Adds a column's samples to `run`; `times` are those of the segment. */
export function decodeColumn(bytes: Uint8Array, at: number, times: Float64Array, run: SampleRun): void {
  const reader = new BitReader(bytes, at);
  const head = reader.byte();
  if ((head & HAS_HOLES) === 0) {
    run.reserve(times.length);
    run.timestamps.set(times, run.length);
    readValues(reader, head, run.values, run.length, times.length);
    run.length += times.length;
    return;
  }
  const holes = readHoles(reader, times.length);
  const missing = holes.reduce((sum, { length }) => sum + length, 0);
  const values = new Float64Array(times.length - missing);
  if (values.length > 0) readValues(reader, head, values, 0, values.length);
  fillAround(holes, values, times, run);
}

function readValues(reader: BitReader, head: number, values: Float64Array, at: number, count: number): void {
  const exponent = head >>> 4;
  switch (head & 7) {
    case CONSTANT: {
      if (exponent === 15) fillBytes(reader, values, at, count);
      else values.fill(unscaled(reader.signed(), exponent), at, at + count);
      break;
    }
    case WHOLE:
      readWholeNumbers(reader, values, at, count);
      break;
    case DECIMAL: {
      readWholeNumbers(reader, values, at, count);
      const power = POWERS[exponent] ?? 1;
      for (let i = at; i < at + count; i++) values[i]! /= power;
      break;
    }
    default:
      readXor(reader, values, at, count);
  }
}

/** Byte by byte: as a number, a NaN might lose its pattern. */
function fillBytes(reader: BitReader, values: Float64Array, at: number, count: number): void {
  const target = new Uint8Array(values.buffer, values.byteOffset + at * 8, count * 8);
  for (let i = 0; i < 8; i++) target[i] = reader.byte();
  for (let i = 1; i < count; i++) target.copyWithin(i * 8, 0, 8);
}

interface Hole {
  /** Values between this hole and the one before. */
  readonly skip: number;
  length: number;
  readonly stale: boolean;
}

function withoutHoles(column: Float64Array): { values: Float64Array; holes: readonly Hole[] } {
  let at = 0;
  while (at < column.length && !Number.isNaN(column[at]!)) at++;
  if (at === column.length) return { values: column, holes: [] };
  const words = new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
  const holes: Hole[] = [];
  const values = new Float64Array(column.length);
  let length = 0;
  let skip = 0;
  let previous: 'absent' | 'stale' | undefined;
  for (let i = 0; i < column.length; i++) {
    const kind = !Number.isNaN(column[i]!)
      ? undefined
      : isAbsent(words, i)
        ? 'absent'
        : isStale(column, i)
          ? 'stale'
          : undefined;
    if (kind === undefined) {
      values.set(column.subarray(i, i + 1), length++);
      skip++;
    } else if (kind === previous) holes[holes.length - 1]!.length++;
    else {
      holes.push({ skip, length: 1, stale: kind === 'stale' });
      skip = 0;
    }
    previous = kind;
  }
  return { values: values.slice(0, length), holes };
}

function readHoles(reader: BitReader, places: number): readonly Hole[] {
  const count = Math.min(reader.varint(), places);
  const holes: Hole[] = [];
  let left = places;
  for (let i = 0; i < count; i++) {
    const skip = Math.min(reader.varint(), left);
    const coded = reader.varint();
    const length = Math.min(Math.floor(coded / 2), left - skip);
    left -= skip + length;
    holes.push({ skip, length, stale: coded % 2 === 1 });
  }
  return holes;
}

function fillAround(holes: readonly Hole[], values: Float64Array, times: Float64Array, run: SampleRun): void {
  run.reserve(times.length);
  let place = 0;
  let taken = 0;
  const takeValues = (count: number): void => {
    run.timestamps.set(times.subarray(place, place + count), run.length);
    run.values.set(values.subarray(taken, taken + count), run.length);
    run.length += count;
    place += count;
    taken += count;
  };
  for (const { skip, length, stale } of holes) {
    takeValues(skip);
    if (stale) {
      run.timestamps.set(times.subarray(place, place + length), run.length);
      for (let i = 0; i < length; i++) markStale(run.values, run.length++);
    }
    place += length;
  }
  takeValues(values.length - taken);
}

function isConstant(values: Float64Array): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 2; i < words.length; i++) if (words[i] !== words[i & 1]) return false;
  return true;
}

/** By which power of ten the values become whole numbers from which they can be had back; -1 where by none. */
function exponentOf(values: Float64Array): number {
  let exponent = 0;
  for (const value of values) {
    while (!isWhole(value, exponent)) if (++exponent === POWERS.length) return -1;
  }
  // A larger power may not suit the values before, large ones above all.
  return exponent === 0 || values.every((value) => isWhole(value, exponent)) ? exponent : -1;
}

function isWhole(value: number, exponent: number): boolean {
  const number = scaled(value, exponent);
  return Math.abs(number) <= LARGEST && Object.is(unscaled(number, exponent), value);
}

/** Never -0, which a whole number could not give back. */
function scaled(value: number, exponent: number): number {
  return (exponent === 0 ? Math.trunc(value) : Math.round(value * POWERS[exponent]!)) + 0;
}

/** A quotient is the double nearest to the decimal fraction, which a product need not be. */
function unscaled(number: number, exponent: number): number {
  return exponent === 0 ? number : number / (POWERS[exponent] ?? 1);
}
