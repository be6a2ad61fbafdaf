import { describe, expect, test } from 'vitest';
import { at, given } from '../../../../test/promql/given.ts';
import { queryInstant } from '../query.ts';

const source = given({
  'h_bucket{le="0.5",n="1"}': [2],
  'h_bucket{le="1",n="1"}': [6],
  'h_bucket{le="2",n="1"}': [8],
  'h_bucket{le="+Inf",n="1"}': [10],
  'none_bucket{le="1"}': [0],
  'none_bucket{le="+Inf"}': [0],
  'open_bucket{le="1"}': [5],
  'low_bucket{le="-1"}': [4],
  'low_bucket{le="1"}': [8],
  'low_bucket{le="+Inf"}': [8],
  'torn_bucket{le="1"}': [5],
  'torn_bucket{le="2"}': [3],
  'torn_bucket{le="+Inf"}': [6],
});

describe('histogram_quantile', () => {
  test.each([
    ['histogram_quantile(0.4, h_bucket)', 0.75],
    ['histogram_quantile(0.1, h_bucket)', 0.25],
    ['histogram_quantile(0.7, h_bucket)', 1.5],
    ['histogram_quantile(0.95, h_bucket)', 2],
    ['histogram_quantile(0, h_bucket)', 0],
    ['histogram_quantile(1, h_bucket)', 2],
    ['histogram_quantile(-1, h_bucket)', -Infinity],
    ['histogram_quantile(2, h_bucket)', Infinity],
    ['histogram_quantile(NaN, h_bucket)', Number.NaN],
  ])('%s is %d', async (expression, value) => expect(await at(0, source, expression)).toEqual({ '{n="1"}': value }));

  test('has no number where there are no observations, or no bucket for all of them', async () => {
    expect(await at(0, source, 'histogram_quantile(0.5, none_bucket)')).toEqual({ '{}': Number.NaN });
    expect(await at(0, source, 'histogram_quantile(0.5, open_bucket)')).toEqual({ '{}': Number.NaN });
  });

  test('stays at the bound of a lowest bucket that is not above zero', async () => {
    expect(await at(0, source, 'histogram_quantile(0.25, low_bucket)')).toEqual({ '{}': -1 });
    expect(await at(0, source, 'histogram_quantile(0.75, low_bucket)')).toEqual({ '{}': 0 });
  });

  test('raises counts that fall, and says so', async () => {
    const result = await queryInstant('histogram_quantile(0.5, torn_bucket)', { source, time: 0 });
    expect(result.infos).toEqual([
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (1:25)',
    ]);
    expect(await at(0, source, 'histogram_quantile(0.5, torn_bucket)')).toEqual({ '{}': 0.6 });
  });

  test('leaves out series without a bound, and says so', async () => {
    const result = await queryInstant('histogram_quantile(0.5, sum(h_bucket))', { source, time: 0 });
    expect(result).toMatchObject({
      elements: [],
      warnings: ['PromQL warning: bucket label "le" is missing or has a malformed value of "" (1:25)'],
    });
  });

  test('several quantiles at once go into a label', async () => {
    expect(await at(0, source, 'histogram_quantiles(h_bucket, "q", 0.1, 0.4)')).toEqual({
      '{n="1",q="0.1"}': 0.25,
      '{n="1",q="0.4"}': 0.75,
    });
  });
});

describe('histogram_fraction', () => {
  test.each([
    ['histogram_fraction(-Inf, 1, h_bucket)', 0.6],
    ['histogram_fraction(0, 0.75, h_bucket)', 0.4],
    ['histogram_fraction(0.75, 1.5, h_bucket)', 0.3],
    ['histogram_fraction(2, Inf, h_bucket)', 0.2],
    ['histogram_fraction(2, 1, h_bucket)', 0],
    ['histogram_fraction(NaN, 1, h_bucket)', Number.NaN],
  ])('%s is %d', async (expression, value) => {
    expect(await at(0, source, expression)).toEqual({
      '{n="1"}': Number.isNaN(value) ? value : expect.closeTo(value, 12),
    });
  });
});
