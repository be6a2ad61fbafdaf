import { describe, expect, test } from 'vitest';
import { at, counting, given } from '../../../../test/promql/given.ts';
import { PROMETHEUS_2 } from '../dialect.ts';
import { queryInstant } from '../query.ts';

const one = (value: number) => ({ '{}': expect.closeTo(value, 9) });

describe('rate and increase', () => {
  test('extrapolate to the edges of a window that samples cover', async () => {
    const source = given({ c_total: counting(0, 6, 20) }, 15_000);
    expect(await at(3, source, 'increase(c_total[2m])')).toEqual(one(48));
    expect(await at(3, source, 'rate(c_total[2m])')).toEqual(one(0.4));
  });

  test('extrapolate by half an interval where a series begins or ends inside the window', async () => {
    const source = given({ c_total: [null, null, null, null, 100, 110, 120] });
    // 20 in two minutes, half a minute more on the left, and up to the edge on the right.
    expect(await at(6, source, 'increase(c_total[6m])')).toEqual(one(25));
    expect(await at(8, source, 'increase(c_total[7m])')).toEqual(one(30));
  });

  test('do not extrapolate a counter below zero', async () => {
    const source = given({ c_total: [null, null, null, null, 2, 12, 22] });
    expect(await at(6, source, 'increase(c_total[6m])')).toEqual(one(22));
  });

  test('Prometheus 2 took the point of zero for covered where it was near the start', async () => {
    const source = given({ c_total: [null, null, null, null, 8, 18, 28] });
    expect(await at(6, source, 'increase(c_total[6m])')).toEqual(one(25));
    expect(await at(6, source, 'increase(c_total[6m])', { dialect: PROMETHEUS_2 })).toEqual(one(28));
  });

  test('add what was counted before a restart', async () => {
    const source = given({ c_total: [0, 10, 20, 5, 15, 2] });
    expect(await at(5, source, 'increase(c_total[5m] offset 0s)')).toEqual(one(((2 - 10 + 20 + 15) * 5) / 4));
    expect(await at(5, source, 'resets(c_total[10m])')).toEqual({ '{}': 2 });
  });

  test('need two samples, and give NaN where there is one', async () => {
    const source = given({ c_total: [1, 2, Number.NaN, 4] });
    expect(await at(1, source, 'rate(c_total[1m])')).toEqual({});
    expect(await at(2, source, 'rate(c_total[5m])')).toEqual({ '{}': Number.NaN });
    expect(await at(3, source, 'increase(c_total[4m])')).not.toEqual({ '{}': Number.NaN });
  });

  test('remark on a name that is no counter’s', async () => {
    const source = given({ depth: [1, 2, 3], c_total: [1, 2, 3] });
    const { infos } = await queryInstant('rate(depth[5m]) + rate(c_total[5m])', { source, time: 120_000 });
    expect(infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "depth" (1:6)',
    ]);
  });
});

describe('delta and the last two samples', () => {
  const source = given({ g: [10, 20, 5, 8, 2] });

  test('a gauge may fall', async () => {
    expect(await at(4, source, 'delta(g[5m])')).toEqual(one((-8 * 5) / 4));
    expect(await at(4, source, 'idelta(g[5m])')).toEqual({ '{}': -6 });
  });

  test('a counter that fell began again', async () => {
    expect(await at(4, source, 'irate(g[5m])')).toEqual(one(2 / 60));
    expect(await at(3, source, 'irate(g[5m])')).toEqual(one(3 / 60));
    expect(await at(0, source, 'irate(g[5m])')).toEqual({});
  });
});
