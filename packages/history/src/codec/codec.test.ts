import { isStale, markStale } from '@telltale/promql';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SampleRun } from '../stores/sample-run.ts';
import { BitWriter } from './bit-writer.ts';
import { decodeColumn, encodeColumn, markAbsent } from './column.ts';
import { decodeTimes, encodeTimes } from './times.ts';

type Bits = readonly [high: number, low: number] | 'absent';

const EVERY_TEN_SECONDS = 10_000;

function columnOf(bits: readonly Bits[]): Float64Array {
  const column = new Float64Array(bits.length);
  const words = new Uint32Array(column.buffer);
  for (const [i, each] of bits.entries()) {
    if (each === 'absent') markAbsent(words, i);
    else [words[i * 2 + 1], words[i * 2]] = each;
  }
  return column;
}

function bitsOf(value: number): Bits {
  const words = new Uint32Array(Float64Array.of(value).buffer);
  return [words[1]!, words[0]!];
}

const STALE: Bits = (() => {
  const column = new Float64Array(1);
  markStale(column, 0);
  const words = new Uint32Array(column.buffer);
  return [words[1]!, words[0]!];
})();

function encoded(column: Float64Array): Uint8Array {
  const writer = new BitWriter();
  encodeColumn(writer, column);
  return writer.take();
}

/** What comes back, as time and bits. */
function roundTrip(bits: readonly Bits[]): readonly (readonly [time: number, bits: Bits])[] {
  const bytes = encoded(columnOf(bits));
  const run = new SampleRun();
  const times = Float64Array.from(bits, (_, i) => i * EVERY_TEN_SECONDS);
  decodeColumn(bytes, 0, times, run);
  const words = new Uint32Array(run.values.buffer);
  return Array.from({ length: run.length }, (_, i) => [
    run.timestamps[i]!,
    [words[i * 2 + 1]!, words[i * 2]!] as const,
  ]);
}

function expectBack(bits: readonly Bits[]): void {
  const expected = bits.flatMap((each, i) => (each === 'absent' ? [] : [[i * EVERY_TEN_SECONDS, each]]));
  expect(roundTrip(bits)).toEqual(expected);
}

const word = fc.integer({ min: 0, max: 0xffffffff });
/** Every double there is, NaN with any payload among them. */
const anyBits = fc.oneof(
  fc.tuple(word, word).map((bits): Bits => bits),
  fc.double().map(bitsOf),
  fc.constantFrom<Bits>(STALE, 'absent', ...[NaN, Infinity, -Infinity, 0, -0, 5e-324].map(bitsOf)),
  fc.integer({ min: -1000, max: 1000 }).map(bitsOf),
  fc.maxSafeInteger().map(bitsOf),
);
/** The one pattern that stands for "no sample" cannot be a sample. */
const isReserved = (bits: Bits): boolean =>
  bits !== 'absent' && (bits[0] & ~0x00080000) === 0x7ff00000 && bits[1] === 5;

test('any doubles come back bit for bit, staleness markers and odd NaN among them, and holes stay holes', () => {
  const values = fc.array(
    anyBits.filter((bits) => !isReserved(bits)),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(fc.property(values, expectBack), { numRuns: 2_000 });
});

test('whole numbers of any size and any steps between them come back', () => {
  const steps = fc.array(
    fc.oneof(fc.constant(0), fc.nat(5), fc.nat(1e6), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    {
      minLength: 2,
      maxLength: 400,
    },
  );
  const property = fc.property(steps, fc.maxSafeInteger(), (each, first) => {
    let sum = Math.trunc(first / 8);
    expectBack(each.map((step) => bitsOf((sum += step))));
  });
  fc.assert(property, { numRuns: 500 });
});

test('decimal fractions come back, and take far less than their bits', () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 100 }),
    fc.integer({ min: 1, max: 12 }),
    (numbers, exponent) => expectBack(numbers.map((number) => bitsOf(number / 10 ** exponent))),
  );
  fc.assert(property, { numRuns: 500 });
  let micros = 0;
  const seconds = Float64Array.from({ length: 360 }, (_, i) => (micros += 1000 + ((i * 7919) % 256)) / 1e6);
  expect(encoded(seconds).length).toBeLessThan(360 * 1.3);
});

test('an even column takes a few bytes, a rare change a few bits, and a counter its information', () => {
  const even = Float64Array.from({ length: 360 }, () => 123_456);
  const rising = Float64Array.from({ length: 360 }, (_, i) => 5 + i * 10);
  const rare = Float64Array.from({ length: 360 }, (_, i) => Math.floor(i / 90));
  const small = Float64Array.from({ length: 360 }, (_, i) => i * 10 + ((i * 7919) % 8));
  expect(encoded(even).length).toBeLessThanOrEqual(5);
  expect(encoded(rising).length).toBeLessThanOrEqual(5);
  expect(encoded(rare).length).toBeLessThanOrEqual(12);
  expect(encoded(small).length).toBeLessThanOrEqual(360 * 0.75);
});

test('times come back however irregular they are, and regular ones take a byte each', () => {
  const gaps = fc.array(fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 2 ** 40 })), {
    minLength: 1,
    maxLength: 300,
  });
  const property = fc.property(gaps, fc.nat(2 ** 31), (each, start) => {
    let time = start * 500;
    const times = each.map((gap) => (time += gap));
    expect([...decodeTimes(encodeTimes(times))]).toEqual(times);
  });
  fc.assert(property, { numRuns: 500 });
  const jittery = Array.from({ length: 360 }, (_, i) => 1_795_341_600_000 + i * 10_000 + ((i * 7919) % 7));
  expect(encodeTimes(jittery).length).toBeLessThan(380);
});

test('damaged bytes give wrong values or an error, never an endless loop', () => {
  const damaged = fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(400), (bytes, count) => {
    const run = new SampleRun();
    decodeColumn(
      bytes,
      0,
      Float64Array.from({ length: count }, (_, i) => i),
      run,
    );
    expect(run.length).toBeLessThanOrEqual(count);
    try {
      decodeTimes(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  });
  fc.assert(damaged, { numRuns: 2_000 });
});

test('a marker that was decoded is still one for PromQL', () => {
  const run = new SampleRun();
  decodeColumn(encoded(columnOf([bitsOf(1), STALE, 'absent', bitsOf(2)])), 0, Float64Array.of(1, 2, 3, 4), run);
  expect([...run.timestamps.subarray(0, run.length)]).toEqual([1, 2, 4]);
  expect(isStale(run.values, 1)).toBe(true);
});
