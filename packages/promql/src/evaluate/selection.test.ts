import { describe, expect, test } from 'vitest';
import { at, counting, given, over } from '../../../../test/promql/given.ts';
import { PROMETHEUS_2 } from '../dialect.ts';

const MINUTE = 60_000;

describe('instant selectors', () => {
  const source = given({ 'a{n="1"}': [1, 2, 3], 'a{n="2"}': [4, 'stale', null, 7], b: [0] });

  test('take the newest sample, for five minutes', async () => {
    expect(await at(2.5, source, 'a{n="1"}')).toEqual({ 'a{n="1"}': 3 });
    expect(await at(6.9, source, 'a{n="1"}')).toEqual({ 'a{n="1"}': 3 });
    expect(await at(7.1, source, 'a{n="1"}')).toEqual({});
  });

  test('no longer see a sample that is exactly as old as the lookback, as they did in Prometheus 2', async () => {
    expect(await at(7, source, 'a{n="1"}')).toEqual({});
    expect(await at(7, source, 'a{n="1"}', { dialect: PROMETHEUS_2 })).toEqual({ 'a{n="1"}': 3 });
    expect(await at(1, source, 'b', { lookbackMs: MINUTE })).toEqual({});
  });

  test('end with a staleness marker, and begin again with the next sample', async () => {
    expect(await over([0, 4], source, 'a{n="2"}')).toEqual({ 'a{n="2"}': [4, null, null, 7, 7] });
  });

  test('look where offset and @ say', async () => {
    expect(await at(4, source, 'a{n="1"} offset 3m')).toEqual({ 'a{n="1"}': 2 });
    expect(await at(0, source, 'a{n="1"} offset -1m')).toEqual({ 'a{n="1"}': 2 });
    expect(await over([0, 2], source, 'a{n="1"} @ 60')).toEqual({ 'a{n="1"}': [2, 2, 2] });
    expect(await over([0, 2], source, 'a{n="1"} @ end() offset 1m')).toEqual({ 'a{n="1"}': [2, 2, 2] });
    expect(await over([1, 2], source, 'a{n="1"} - on (n) (a{n="1"} @ start())')).toEqual({ '{n="1"}': [0, 1] });
  });

  test('end() is the end that was asked for, though no step falls on it', async () => {
    const asked = { start: 0, end: 2.5 * MINUTE, stepMs: 2 * MINUTE };
    expect(await over([0, 2], source, 'a{n="1"} @ end()', asked)).toEqual({ 'a{n="1"}': [3, null, 3] });
  });
});

describe('range selectors', () => {
  const source = given({ a: counting(0, 1, 10), s: [0, 'stale', 2, 'stale', 4] });

  test('leave out the sample on their left edge, which Prometheus 2 took in', async () => {
    expect(await at(5, source, 'a[2m]')).toEqual({ 'a{}': [4, 5] });
    expect(await at(5, source, 'a[2m]', { dialect: PROMETHEUS_2 })).toEqual({ 'a{}': [3, 4, 5] });
    expect(await at(5, source, 'count_over_time(a[2m])', { dialect: PROMETHEUS_2 })).toEqual({ '{}': 3 });
  });

  test('skip staleness markers', async () => {
    expect(await at(4, source, 's[10m]')).toEqual({ 's{}': [0, 2, 4] });
    expect(await at(3, source, 'count_over_time(s[10m])')).toEqual({ '{}': 2 });
  });

  test('stand still with @', async () => {
    expect(await over([0, 3], source, 'sum_over_time(a[2m] @ 180)')).toEqual({ '{}': [5, 5, 5, 5] });
    expect(await over([3, 5], source, 'predict_linear(a[3m] @ 180, 0)')).toEqual({ '{}': [3, 4, 5] });
  });
});

describe('subqueries', () => {
  const source = given({ a: counting(0, 1, 30) });

  test('evaluate at multiples of their step, the left edge left out', async () => {
    expect(await at(10.5, source, 'a[5m:2m]')).toEqual({ 'a{}': [6, 8, 10] });
    expect(await at(10, source, 'a[4m:2m]')).toEqual({ 'a{}': [8, 10] });
    expect(await at(10, source, 'a[4m:2m]', { dialect: PROMETHEUS_2 })).toEqual({ 'a{}': [6, 8, 10] });
  });

  test('take the default step where they name none', async () => {
    expect(await at(10, source, 'a[3m:]')).toEqual({ 'a{}': [8, 9, 10] });
    expect(await at(10, source, 'a[3m:]', { subqueryStepMs: 30_000 })).toEqual({ 'a{}': [7, 8, 8, 9, 9, 10] });
  });

  test('nest, shift and stand still', async () => {
    expect(await at(20, source, 'max_over_time(sum_over_time(a[2m:1m])[4m:2m] offset 5m)')).toEqual({ '{}': 27 });
    expect(await over([0, 2], source, 'max_over_time(a[4m:1m] @ 600)')).toEqual({ '{}': [10, 10, 10] });
    expect(await at(9, source, 'sum_over_time((a @ 120)[3m:1m])')).toEqual({ '{}': 6 });
  });
});

describe('smoothed and anchored selectors', () => {
  const source = given({ c: [1, 2, null, 4, 5] });

  test('a smoothed value lies on the line between samples, and stays after the last', async () => {
    expect(await at(0.5, source, 'c smoothed')).toEqual({ 'c{}': 1.5 });
    expect(await at(2, source, 'c smoothed')).toEqual({ 'c{}': 3 });
    expect(await at(6, source, 'c smoothed')).toEqual({ 'c{}': 5 });
    expect(await at(9, source, 'c smoothed')).toEqual({});
  });

  test('a smoothed increase is that of the window and no more; an anchored one starts at the sample before', async () => {
    expect(await at(2, source, 'increase(c[1m] smoothed)')).toEqual({ '{}': 1 });
    expect(await at(3.5, source, 'increase(c[2m] smoothed)')).toEqual({ '{}': 2 });
    expect(await at(3.5, source, 'increase(c[2m] anchored)')).toEqual({ '{}': 2 });
    expect(await at(2, source, 'increase(c[1m] anchored)')).toEqual({});
  });

  test('other functions refuse them', async () => {
    await expect(at(2, source, 'deriv(c[3m] smoothed)')).rejects.toThrow(
      'smoothed modifier can only be used with: delta, increase, rate - not with deriv',
    );
  });
});
