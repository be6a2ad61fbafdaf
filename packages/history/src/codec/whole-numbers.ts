import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { bestRice, readRice, writeRice } from './rice.ts';

/** How the steps between the numbers are written. */
const EVEN = 0;
const DENSE = 1;
const SPARSE = 2;

/**
 * Writes whole numbers of at most 2^53, at least two: the first, then the steps from one to the next. Even steps cost
 * nothing, rare ones what it takes to say where they are, and others Rice's code.
 *
 * The steps are counted from the smallest where none is below zero, as of a counter; else they are folded (0, -1, 1, …).
 */
export function writeWholeNumbers(writer: BitWriter, numbers: Float64Array, length: number): void {
  const count = length - 1;
  const steps = scratch(count);
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const step = numbers[i + 1]! - numbers[i]!;
    steps[i] = step;
    if (step < smallest) smallest = step;
    if (step > largest) largest = step;
  }
  writer.signed(numbers[0]!);
  if (smallest === largest) {
    writer.byte(EVEN);
    writer.signed(smallest);
    return;
  }
  const folded = smallest < 0;
  let changes = 0;
  for (let i = 0; i < count; i++) {
    const step = steps[i]!;
    if (step !== 0) changes++;
    steps[i] = folded ? fold(step) : step - smallest;
  }
  const dense = bestRice(steps, count);
  if ((folded || smallest === 0) && changes * 4 < count) {
    const { gaps, sizes } = changesOf(steps, count, changes);
    const gap = bestRice(gaps, changes);
    const size = bestRice(sizes, changes);
    if (gap.bits + size.bits + 16 < dense.bits) {
      writer.byte(SPARSE | (folded ? 4 : 0));
      writer.varint(changes);
      writer.byte(gap.k);
      writer.byte(size.k);
      for (let i = 0; i < changes; i++) {
        writeRice(writer, gaps[i]!, gap.k);
        writeRice(writer, sizes[i]!, size.k);
      }
      writer.align();
      return;
    }
  }
  writer.byte(DENSE | (folded ? 4 : 0) | (dense.k << 3));
  if (!folded) writer.varint(smallest);
  for (let i = 0; i < count; i++) writeRice(writer, steps[i]!, dense.k);
  writer.align();
}

/** Reads so many whole numbers into `numbers`, from `at` on. */
export function readWholeNumbers(reader: BitReader, numbers: Float64Array, at: number, length: number): void {
  let number = reader.signed();
  numbers[at] = number;
  const head = reader.byte();
  const folded = (head & 4) !== 0;
  const end = at + length;
  if ((head & 3) === EVEN) {
    const step = reader.signed();
    for (let i = at + 1; i < end; i++) numbers[i] = number += step;
    return;
  }
  if ((head & 3) === SPARSE) {
    const changes = reader.varint();
    const gapBits = Math.min(reader.byte(), 30);
    const sizeBits = Math.min(reader.byte(), 30);
    let i = at + 1;
    for (let change = 0; change < changes && i < end; change++) {
      const until = Math.min(end, i + readRice(reader, gapBits));
      while (i < until) numbers[i++] = number;
      const size = readRice(reader, sizeBits) + 1;
      if (i < end) numbers[i++] = number += folded ? unfold(size) : size;
    }
    while (i < end) numbers[i++] = number;
    return;
  }
  const k = head >>> 3;
  if (folded) for (let i = at + 1; i < end; i++) numbers[i] = number += unfold(readRice(reader, k));
  else {
    const smallest = reader.varint();
    for (let i = at + 1; i < end; i++) numbers[i] = number += smallest + readRice(reader, k);
  }
}

/** How many steps of zero stand before each that is not, and how large that is, less one. */
function changesOf(steps: Float64Array, count: number, changes: number) {
  const gaps = new Float64Array(changes);
  const sizes = new Float64Array(changes);
  let found = 0;
  let gap = 0;
  for (let i = 0; i < count; i++) {
    if (steps[i] === 0) gap++;
    else {
      gaps[found] = gap;
      sizes[found++] = steps[i]! - 1;
      gap = 0;
    }
  }
  return { gaps, sizes };
}

function fold(step: number): number {
  return step < 0 ? -2 * step - 1 : 2 * step;
}

function unfold(folded: number): number {
  return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
}

let buffer = new Float64Array(512);

function scratch(length: number): Float64Array {
  if (buffer.length < length) buffer = new Float64Array(length * 2);
  return buffer;
}
