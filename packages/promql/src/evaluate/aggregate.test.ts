import { describe, expect, test } from 'vitest';
import { at, given, over } from '../../../../test/promql/given.ts';
import { queryInstant } from '../query.ts';

const source = given({
  'a{job="x",n="1"}': [1, 10],
  'a{job="x",n="2"}': [2, 20],
  'a{job="y",n="3"}': [6, 'stale'],
});

describe('aggregations', () => {
  test('group by labels, or without them', async () => {
    expect(await at(0, source, 'sum(a)')).toEqual({ '{}': 9 });
    expect(await at(0, source, 'sum by (job) (a)')).toEqual({ '{job="x"}': 3, '{job="y"}': 6 });
    expect(await at(0, source, 'sum without (n) (a)')).toEqual({ '{job="x"}': 3, '{job="y"}': 6 });
    expect(await at(0, source, 'sum by (absent) (a)')).toEqual({ '{}': 9 });
    expect(await over([0, 1], source, 'sum by (job) (a)')).toEqual({ '{job="x"}': [3, 30], '{job="y"}': [6, null] });
  });

  test.each([
    ['avg(a)', 3],
    ['min(a)', 1],
    ['max(a)', 6],
    ['count(a)', 3],
    ['group(a)', 1],
    ['stdvar(a)', 14 / 3],
    ['stddev(a)', Math.sqrt(14 / 3)],
    ['quantile(0.5, a)', 2],
    ['quantile(0.75, a)', 4],
    ['quantile(-1, a)', -Infinity],
    ['quantile(2, a)', Infinity],
  ])('%s is %d', async (expression, value) => {
    expect((await at(0, source, expression)) as object).toEqual({ '{}': expect.closeTo(value, 12) });
  });

  test('sums lose nothing to rounding, and averages do not overflow', async () => {
    const numbers = given({
      'n{i="1"}': [1e100],
      'n{i="2"}': [1],
      'n{i="3"}': [-1e100],
      'h{i="1"}': [1e308],
      'h{i="2"}': [1e308],
    });
    expect(await at(0, numbers, 'sum(n)')).toEqual({ '{}': 1 });
    expect(await at(0, numbers, 'avg(h)')).toEqual({ '{}': 1e308 });
    expect(await at(0, numbers, 'sum(h)')).toEqual({ '{}': Infinity });
  });

  test('NaN wins in sums and loses in extremes', async () => {
    const numbers = given({ 'n{i="1"}': [Number.NaN], 'n{i="2"}': [1], 'n{i="3"}': [Infinity] });
    expect(await at(0, numbers, 'sum(n)')).toEqual({ '{}': Number.NaN });
    expect(await at(0, numbers, 'max(n)')).toEqual({ '{}': Infinity });
    expect(await at(0, numbers, 'min(n)')).toEqual({ '{}': 1 });
    expect(await at(0, numbers, 'avg(n{i!="1"})')).toEqual({ '{}': Infinity });
    expect(await at(0, numbers, 'stddev(n{i="3"})')).toEqual({ '{}': Number.NaN });
  });
});

describe('the best and the first', () => {
  test('topk and bottomk come in order, with all their labels', async () => {
    const names = async (expression: string) => Object.keys((await at(0, source, expression)) as object);
    expect(await names('topk(2, a)')).toEqual(['a{job="y",n="3"}', 'a{job="x",n="2"}']);
    expect(await names('bottomk(2, a)')).toEqual(['a{job="x",n="1"}', 'a{job="x",n="2"}']);
    expect(await names('topk by (job) (1, a)')).toEqual(['a{job="x",n="2"}', 'a{job="y",n="3"}']);
    expect(await names('topk(0, a)')).toEqual([]);
    await expect(at(0, source, 'topk(NaN, a)')).rejects.toThrow('parameter of topk is NaN');
  });

  test('NaN comes last', async () => {
    const numbers = given({ 'n{i="1"}': [Number.NaN], 'n{i="2"}': [1], 'n{i="3"}': [2] });
    const order = async (expression: string) => Object.values((await at(0, numbers, expression)) as object);
    expect(await order('topk(3, n)')).toEqual([2, 1, Number.NaN]);
    expect(await order('bottomk(3, n)')).toEqual([1, 2, Number.NaN]);
    expect(await order('topk(1, n)')).toEqual([2]);
  });

  test('the k best of many are those that sorting would give', async () => {
    const many = given(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n{i="${i}"}`, [(i * 37) % 50]])));
    expect(Object.values((await at(0, many, 'topk(5, n)')) as object)).toEqual([49, 48, 47, 46, 45]);
    expect(Object.values((await at(0, many, 'bottomk(20, n)')) as object)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  test('limitk takes some of each group, limit_ratio a share and its complement the rest', async () => {
    expect(Object.keys((await at(0, source, 'limitk by (job) (1, a)')) as object)).toHaveLength(2);
    const many = given(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`n{i="${i}"}`, [i]])));
    const share = Object.keys((await at(0, many, 'limit_ratio(0.3, n)')) as object);
    const rest = Object.keys((await at(0, many, 'limit_ratio(-0.7, n)')) as object);
    expect(share.length).toBeGreaterThan(80);
    expect(share.length).toBeLessThan(160);
    expect(new Set([...share, ...rest]).size).toBe(400);
    expect(share.length + rest.length).toBe(400);
  });
});

test('count_values writes values into a label', async () => {
  expect(await at(0, source, 'count_values("v", a > bool 1)')).toEqual({ '{v="0"}': 1, '{v="1"}': 2 });
  expect(await at(0, source, 'count_values by (job) ("v", a * 0)')).toEqual({
    '{job="x",v="0"}': 2,
    '{job="y",v="0"}': 1,
  });
  await expect(at(0, source, 'count_values("", a)')).rejects.toThrow('invalid label name ""');
});

test('a quantile that is none is remarked upon, once and with its place', async () => {
  const { warnings } = await queryInstant('sum(quantile(1.5, a))', { source, time: 0 });
  expect(warnings).toEqual(['PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:14)']);
});
