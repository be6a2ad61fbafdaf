import { describe, expect, test } from 'vitest';
import { at, given, over } from '../../../../test/promql/given.ts';

const source = given({ g: [-2.5, 0.5], n: [Number.NaN], t: [1_709_208_000], 'two{n="1"}': [1], 'two{n="2"}': [2] });

describe('element by element', () => {
  test.each([
    ['abs(g)', 2.5],
    ['ceil(g)', -2],
    ['floor(g)', -3],
    ['round(g)', -2],
    ['round(g + 1.26, 0.5)', -1],
    ['sgn(g)', -1],
    ['exp(g)', Math.exp(-2.5)],
    ['sqrt(g)', Number.NaN],
    ['ln(abs(g))', Math.log(2.5)],
    ['deg(rad(g))', -2.5],
    ['clamp(g, -1, 1)', -1],
    ['clamp_min(g, -1)', -1],
    ['clamp_max(g, -5)', -5],
  ])('%s is %d', async (expression, value) => {
    expect(await at(0, source, expression)).toEqual({ '{}': Number.isNaN(value) ? value : expect.closeTo(value, 12) });
  });

  test('bounds the wrong way round leave nothing', async () => {
    expect(await at(0, source, 'clamp(g, 1, -1)')).toEqual({});
    expect(await at(0, source, 'clamp(n, 1, 2)')).toEqual({ '{}': Number.NaN });
  });
});

describe('dates', () => {
  test.each([
    ['year(t)', 2024],
    ['month(t)', 2],
    ['day_of_month(t)', 29],
    ['day_of_week(t)', 4],
    ['day_of_year(t)', 60],
    ['days_in_month(t)', 29],
    ['hour(t)', 12],
    ['minute(t + 61)', 1],
    ['year()', 1970],
    ['year(n)', Number.NaN],
  ])('%s is %d', async (expression, value) => expect(await at(0, source, expression)).toEqual({ '{}': value }));
});

describe('scalars and time', () => {
  test('scalar is NaN unless there is exactly one element', async () => {
    expect(await at(0, source, 'scalar(g)')).toBe(-2.5);
    expect(await at(0, source, 'scalar(two)')).toBeNaN();
    expect(await at(0, source, 'scalar(absent_metric)')).toBeNaN();
    expect(await over([0, 1], source, 'vector(scalar(g))')).toEqual({ '{}': [-2.5, 0.5] });
  });

  test('time is that of the step, timestamp that of the sample', async () => {
    expect(await over([3, 4], source, 'time()')).toEqual({ '{}': [180, 240] });
    expect(await over([3, 4], source, 'timestamp(g)')).toEqual({ '{}': [60, 60] });
    expect(await over([3, 4], source, 'timestamp(g + 0)')).toEqual({ '{}': [180, 240] });
    expect(await over([3, 4], source, 'timestamp(g @ 0)')).toEqual({ '{}': [0, 0] });
  });

  test('the query’s own range can be asked for', async () => {
    expect(await over([3, 5], source, 'vector(start() + end() * 1000 + range() * 1e6 + step() * 1e9)')).toEqual({
      '{}': Array(3).fill(180 + 300_000 + 120e6 + 60e9),
    });
  });
});
