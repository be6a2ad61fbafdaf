import { describe, expect, test } from 'vitest';
import { Matcher } from '../labels/matcher.ts';
import { MemorySource } from './memory-source.ts';
import { isStale, markStale } from './stale.ts';

describe('staleness markers', () => {
  test('are told from other values and from NaN, through copies of the array', () => {
    const values = new Float64Array([1, Number.NaN, 0, Infinity]);
    markStale(values, 2);
    expect([0, 1, 2, 3].map((index) => isStale(values, index))).toEqual([false, false, true, false]);
    expect(isStale(values.slice(1), 1)).toBe(true);
    expect(isStale(values.subarray(2), 0)).toBe(true);
    const bytes = new BigUint64Array(values.buffer);
    expect(bytes[2]).toBe(0x7ff0000000000002n);
  });
});

describe('a source in memory', () => {
  test('gives the series that match, between two times with both ends', async () => {
    const source = new MemorySource();
    for (let time = 0; time < 100; time++) source.append({ __name__: 'a', n: String(time % 2) }, time, time);
    const [series, ...others] = await source.select([new Matcher('n', '=', '1')], 11, 15);
    expect(others).toEqual([]);
    expect(Array.from(series!.timestamps)).toEqual([11, 13, 15]);
    expect(series!.labels).toEqual({ __name__: 'a', n: '1' });
  });

  test('refuses samples out of order, and the same series twice', () => {
    const source = new MemorySource();
    source.append({ __name__: 'a' }, 5, 1);
    expect(() => source.append({ __name__: 'a' }, 5, 2)).toThrow(/is not later than the last at 5; append in order/);
    const series = { labels: { __name__: 'a' }, timestamps: [1], values: [1] };
    expect(() => source.add(series)).toThrow(/is there already/);
  });
});
