import { describe, expect, test } from 'vitest';
import { at, counting, given } from '../../../../test/promql/given.ts';
import { queryInstant } from '../query.ts';

const source = given({ g: [3, -1, 7, 2, 7, 0], n: [Number.NaN, 2, Number.NaN, 1], big: [1e308, 1e308, 1e308] });

describe('over time', () => {
  test.each([
    ['avg_over_time(g[10m])', 3],
    ['min_over_time(g[10m])', -1],
    ['max_over_time(g[10m])', 7],
    ['sum_over_time(g[10m])', 18],
    ['count_over_time(g[10m])', 6],
    ['present_over_time(g[10m])', 1],
    ['stdvar_over_time(g[10m])', 29 / 3],
    ['stddev_over_time(g[10m])', Math.sqrt(29 / 3)],
    ['quantile_over_time(0.5, g[10m])', 2.5],
    ['mad_over_time(g[10m])', 3],
    ['ts_of_first_over_time(g[10m])', 0],
    ['ts_of_last_over_time(g[10m])', 300],
    ['ts_of_max_over_time(g[10m])', 240],
    ['ts_of_min_over_time(g[10m])', 60],
    ['changes(g[10m])', 5],
    ['resets(g[10m])', 3],
  ])('%s is %d', async (expression, value) => {
    expect(await at(5, source, expression)).toEqual({ '{}': expect.closeTo(value, 12) });
  });

  test('the first and the last keep the name, as an offset would', async () => {
    expect(await at(5, source, 'first_over_time(g[10m])')).toEqual({ 'g{}': 3 });
    expect(await at(5, source, 'last_over_time(g[10m])')).toEqual({ 'g{}': 0 });
  });

  test('NaN loses in extremes, wins in sums, and does not count as a change from NaN', async () => {
    expect(await at(3, source, 'max_over_time(n[10m])')).toEqual({ '{}': 2 });
    expect(await at(3, source, 'sum_over_time(n[10m])')).toEqual({ '{}': Number.NaN });
    expect(await at(3, source, 'changes(n[10m])')).toEqual({ '{}': 3 });
    expect(await at(3, source, 'quantile_over_time(0, n[10m])')).toEqual({ '{}': Number.NaN });
  });

  test('sums lose nothing to rounding, and averages do not overflow', async () => {
    expect(await at(2, source, 'avg_over_time(big[10m])')).toEqual({ '{}': expect.closeTo(1e308, -300) });
    expect(await at(2, source, 'sum_over_time(big[10m])')).toEqual({ '{}': Infinity });
    const tricky = given({ t: [1e100, 1, -1e100] });
    expect(await at(2, tricky, 'sum_over_time(t[10m])')).toEqual({ '{}': 1 });
  });

  test('infinities average to infinity, and both to NaN', async () => {
    const infinite = given({ i: [1, Infinity, 2], both: [Infinity, -Infinity, 1] });
    expect(await at(2, infinite, 'avg_over_time(i[10m])')).toEqual({ '{}': Infinity });
    expect(await at(2, infinite, 'avg_over_time(both[10m])')).toEqual({ '{}': Number.NaN });
  });

  test('a quantile that is none is remarked upon', async () => {
    const { warnings } = await queryInstant('quantile_over_time(2, g[10m])', { source, time: 0 });
    expect(warnings).toEqual(['PromQL warning: quantile value should be between 0 and 1, got 2 (1:20)']);
  });
});

describe('lines through samples', () => {
  const line = given({ g: counting(5, 3, 20), flat: Array(10).fill(4), i: Array(10).fill(Infinity) });

  test('deriv is the slope a second, predict_linear where it leads', async () => {
    expect(await at(10, line, 'deriv(g[10m])')).toEqual({ '{}': expect.closeTo(0.05, 12) });
    expect(await at(10, line, 'predict_linear(g[10m], 600)')).toEqual({ '{}': expect.closeTo(65, 9) });
    expect(await at(9, line, 'deriv(flat[10m])')).toEqual({ '{}': 0 });
    expect(await at(9, line, 'deriv(i[10m])')).toEqual({ '{}': Number.NaN });
    expect(await at(0, line, 'deriv(g[10m])')).toEqual({});
  });

  test('double exponential smoothing follows a line, within its bounds', async () => {
    expect(await at(10, line, 'double_exponential_smoothing(g[10m], 0.5, 0.5)')).toEqual({
      '{}': expect.closeTo(35, 9),
    });
    await expect(at(10, line, 'double_exponential_smoothing(g[10m], 1, 0.5)')).rejects.toThrow(
      'invalid smoothing factor. Expected: 0 < factor < 1, got: 1',
    );
    await expect(at(10, line, 'double_exponential_smoothing(g[10m], 0.5, 0)')).rejects.toThrow('invalid trend factor');
  });
});
