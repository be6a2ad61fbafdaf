import { currentContext, type Operation, runWithContext } from '@telltale/core';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/contracts/cache/kit.ts';
import { trackCache } from './track-cache.ts';

it('counts a look-up of which the outcome is known', async () => {
  const own = testMonitor();
  trackCache('orders', 'redis', { hit: true, monitor: own.monitor });
  trackCache('orders', 'redis', { hit: false, durationMs: 250, operation: 'peek', monitor: own.monitor });
  expect(await own.samples('cache_operations_total')).toEqual(['redis get hit = 1', 'redis peek miss = 1']);
  expect(await own.samples('cache_hits_total')).toEqual(['redis orders = 1']);
  expect(await own.samples('cache_misses_total')).toEqual(['redis orders = 1']);
  expect(await own.samples('cache_operation_duration_seconds_sum')).toEqual(['redis peek = 0.25']);
});

it('measures a look-up, returns what it found, and loads what it did not', async () => {
  const test = testMonitor();
  const { monitor } = test;
  const cache = new Map([['a', 1]]);
  expect(trackCache('orders', 'memory', () => cache.get('a'), { monitor })).toBe(1);
  expect(trackCache('orders', 'memory', () => cache.get('b'), { monitor })).toBeUndefined();
  expect(trackCache('orders', 'memory', () => cache.get('b'), { monitor, load: () => 2 })).toBe(2);
  const found = trackCache('orders', 'memory', async () => cache.get('c'), {
    monitor,
    load: async () => {
      test.clock.advance(1_000);
      return 3;
    },
  });
  expect(await found).toBe(3);
  expect(await test.samples('cache_operations_total')).toEqual(['memory get hit = 1', 'memory get miss = 3']);
  expect(await test.samples('cache_operation_duration_seconds_sum')).toEqual(['memory get = 0']);
});

it('waits for what only begins when it is awaited', async () => {
  const test = testMonitor();
  let begun = 0;
  const lazy = {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    then: (resolve: (value: unknown) => void) => {
      begun++;
      resolve(null);
    },
  };
  expect(await trackCache('orders', 'memory', () => lazy, { monitor: test.monitor })).toBeNull();
  expect(begun).toBe(1);
  expect(await test.samples('cache_operations_total')).toEqual(['memory get miss = 1']);
});

it('hands on what a look-up throws and rejects with, and counts it', async () => {
  const test = testMonitor();
  const { monitor } = test;
  const fail = (): never => {
    throw new RangeError('no');
  };
  expect(() => trackCache('orders', 'memory', fail, { monitor })).toThrow('no');
  await expect(trackCache('orders', 'memory', async () => fail(), { monitor })).rejects.toThrow('no');
  expect(await test.samples('cache_operations_total')).toEqual(['memory get error = 2']);
  expect(await test.samples('cache_errors_total')).toEqual(['memory RangeError = 2']);
});

it('tells who listens of a look-up that is measured', () => {
  const { monitor } = testMonitor();
  const ended: Operation[] = [];
  monitor.operations.subscribe({ onEnd: (operation) => ended.push(operation) });
  trackCache('orders', 'memory', () => undefined, { monitor });
  expect(ended).toMatchObject([
    {
      kind: 'cache',
      name: 'GET orders',
      outcome: 'ok',
      attributes: { cache: 'memory', operation: 'get', prefix: 'orders', result: 'miss' },
    },
  ]);
});

it('adds to the figures of the request that looks up', () => {
  const { monitor } = testMonitor();
  runWithContext({}, () => {
    trackCache('orders', 'redis', { hit: true, monitor });
    expect(currentContext()?.figures).toEqual({ cache_operations: 1, cache_hits: 1 });
  });
});

it('makes no label of a text, and does nothing while it is disabled', async () => {
  const test = testMonitor();
  trackCache('order of ann@example.com', 'redis', { hit: true, monitor: test.monitor });
  expect(await test.samples('cache_hits_total')).toEqual(['redis other = 1']);
  const disabled = testMonitor({ enabled: false });
  expect(trackCache('orders', 'redis', () => 1, { monitor: disabled.monitor })).toBe(1);
  expect(await disabled.scrape()).not.toContain('cache_');
});

it('does not throw where another library has a metric of that name', () => {
  const test = testMonitor();
  const { registry } = test.monitor.instruments;
  registry.registerMetric({ name: 'cache_hits_total', get: async () => ({ values: [] }) });
  expect(trackCache('orders', 'redis', () => 1, { monitor: test.monitor })).toBe(1);
  expect(test.errors[0]).toContain('Cannot define the metric "cache_hits_total"');
});
