import { markStale } from '@telltale/promql';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SampleRun } from '../stores/sample-run.ts';
import { BitWriter } from './bit-writer.ts';
import { ASPECTS, type Aspect, decodeMinutes, encodeMinutes, minutesOf } from './minutes.ts';

/** A sample every ten seconds from the top of a minute: a value, or nothing, or the end of the series. */
type Sample = number | 'stale' | 'absent';

function drawnTogether(samples: readonly Sample[], cumulative: boolean, aspect?: Aspect): string {
  const times = Float64Array.from(samples, (_, i) => i * 10_000);
  const run = new SampleRun(samples.length);
  for (const [i, sample] of samples.entries()) {
    if (sample === 'absent') continue;
    run.timestamps[run.length] = times[i]!;
    if (sample === 'stale') markStale(run.values, run.length++);
    else run.values[run.length++] = sample;
  }
  const ends = minutesOf(times);
  const writer = new BitWriter();
  encodeMinutes(writer, run, times, ends, cumulative);
  const drawn = new SampleRun();
  decodeMinutes(
    writer.take(),
    0,
    Float64Array.from(ends, (end) => times[end]!),
    drawn,
    aspect,
  );
  return Array.from({ length: drawn.length }, (_, i) => {
    const value = drawn.values[i]!;
    return `${drawn.timestamps[i]! / 1000}=${Number.isNaN(value) ? 'stale' : value}`;
  }).join(' ');
}

/** As PromQL counts: what a counter fell by is a restart from zero. */
function increaseOf(values: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += values[i]! < values[i - 1]! ? values[i]! : values[i]! - values[i - 1]!;
  return sum;
}

describe('of a counter', () => {
  test('the last sample of each minute stays, and the very first', () => {
    const rising = Array.from({ length: 20 }, (_, i) => i * 2);
    expect(drawnTogether(rising, true)).toBe('0=0 50=10 110=22 170=34 190=38');
  });

  test('any restarts leave the increase what it was', () => {
    const steps = fc.array(fc.oneof(fc.nat(50), fc.constant('restart' as const)), { minLength: 1, maxLength: 200 });
    const property = fc.property(fc.nat(1000), steps, (first, each) => {
      let value = first;
      const values = [first, ...each.map((step) => (value = step === 'restart' ? 0 : value + step))];
      const drawn = drawnTogether(values, true);
      expect(increaseOf(drawn.split(' ').map((sample) => Number(sample.split('=')[1])))).toBe(increaseOf(values));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test('that ended within a minute, its last value stays too', () => {
    expect(drawnTogether([0, 1, 2, 'stale', 'absent', 'absent', 'absent'], true)).toBe('0=0 49.998=2 50=stale');
  });
});

describe('of a gauge', () => {
  const samples: Sample[] = [5, 1, 9, 4, 4, 6, 7, 8, 'absent', 'absent', 'absent', 3];

  test.each<[Aspect | undefined, string]>([
    [undefined, '0=5 50=6 110=3'],
    ['min', '0=5 50=1 110=3'],
    ['max', '0=5 50=9 110=8'],
    ['sum', '0=5 50=24 110=18'],
    ['count', '0=1 50=5 110=3'],
  ])('%s stays of each minute', (aspect, expected) => {
    expect(drawnTogether(samples, false, aspect)).toBe(expected);
  });

  test('falling is no restart', () => {
    expect(drawnTogether([5, 4, 3, 2, 1, 0], false)).toBe('0=5 50=0');
  });

  test('that ended within a minute, its last value stays before the end', () => {
    expect(drawnTogether([5, 4, 3, 'stale', 'absent', 'absent'], false)).toBe('0=5 49.998=3 50=stale');
    expect(ASPECTS.map((aspect) => drawnTogether(['absent', 'stale'], false, aspect)).join('')).toBe('');
  });
});
