import { describe, expect, test } from 'vitest';
import { counting, given } from '../../../../test/promql/given.ts';
import { EvaluationError, QueryCanceledError, QueryTimeoutError } from '../errors.ts';
import { queryInstant, queryRange } from '../query.ts';
import type { SeriesSource } from '../source/series-source.ts';

const source = given(
  Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a_total{n="${i}"}`, counting(0, i, 600)])),
);
const range = { source, start: 0, end: 36_000_000, stepMs: 15_000 };

describe('limits', () => {
  test('on samples read and computed', async () => {
    await expect(
      queryInstant('a_total[1h]', { source, time: 3_600_000, limits: { maxSamples: 1000 } }),
    ).rejects.toThrow('query processing would load too many samples into memory: more than 1000 (limits.maxSamples)');
    await expect(queryRange('a_total', { ...range, limits: { maxSamples: 200_000 } })).rejects.toThrow(EvaluationError);
    await expect(queryInstant('sum_over_time(vector(1)[100y:1ms])', { source, time: 0 })).rejects.toThrow(
      /too many samples/,
    );
  });

  test('on series', async () => {
    await expect(queryInstant('a_total', { source, time: 0, limits: { maxSeries: 100 } })).rejects.toThrow(
      'query would read too many series: more than 100 (limits.maxSeries)',
    );
  });

  test('on steps', async () => {
    await expect(queryRange('1', { ...range, stepMs: 1000 })).rejects.toMatchObject({
      errorType: 'bad_data',
      detail:
        'exceeded maximum resolution of 11001 points per series: 36001; use a longer step or raise limits.maxSteps',
    });
  });

  test('on time, by the clock that is given', async () => {
    let time = 0;
    const query = queryRange('sum(rate(a_total[5m]))', {
      ...range,
      now: () => (time += 50),
      limits: { timeoutMs: 100 },
    });
    await expect(query).rejects.toThrow(QueryTimeoutError);
  });
});

describe('a query under way', () => {
  test('gives the event loop its turns', async () => {
    let turns = 0;
    let running = true;
    const count = () => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const started = performance.now();
    await queryRange('quantile_over_time(0.9, a_total[30m])', range);
    const took = performance.now() - started;
    running = false;
    expect(turns).toBeGreaterThan(took / 50);
  });

  test('can be aborted, with the reason kept', async () => {
    const controller = new AbortController();
    const query = queryRange('quantile_over_time(0.9, a_total[30m])', { ...range, signal: controller.signal });
    setImmediate(() => controller.abort(new Error('gone home')));
    const error = await query.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueryCanceledError);
    expect((error as QueryCanceledError).cause).toEqual(new Error('gone home'));
  });

  test('is aborted at once while it waits for its source', async () => {
    const controller = new AbortController();
    const silent: SeriesSource = { select: () => new Promise(() => {}) };
    const query = queryInstant('a', { source: silent, time: 0, signal: controller.signal });
    controller.abort();
    await expect(query).rejects.toThrow(QueryCanceledError);
  });

  test('reads a series once, though an expression names it twice', async () => {
    let reads = 0;
    const counted: SeriesSource = {
      select: (matchers, from, to) => {
        reads++;
        return source.select(matchers, from, to);
      },
    };
    await queryRange('rate(a_total{n="1"}[5m]) / (rate(a_total{n="1"}[5m]) + 1)', { ...range, source: counted });
    expect(reads).toBe(1);
  });

  test('says when its source fails', async () => {
    const failing: SeriesSource = { select: () => Promise.reject(new Error('disk on fire')) };
    await expect(queryInstant('a', { source: failing, time: 0 })).rejects.toMatchObject({
      errorType: 'internal',
      detail: 'reading series failed: disk on fire',
    });
  });
});
