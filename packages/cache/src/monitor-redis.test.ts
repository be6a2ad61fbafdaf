import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/contracts/cache/kit.ts';
import { monitorRedis } from './monitor-redis.ts';

it('refuses what it does not know', () => {
  const { monitor } = testMonitor();
  for (const thing of [undefined, null, 7, {}, new Map()]) {
    expect(() => monitorRedis(thing as never, { monitor })).toThrow('It takes a Redis or Cluster of ioredis');
  }
});

it('leaves a client as it is, and reports it, where that cannot be monitored', () => {
  const test = testMonitor();
  const frozen = Object.freeze(new Redis({ lazyConnect: true }));
  expect(monitorRedis(frozen, { monitor: test.monitor })).toBe(frozen);
  expect(test.errors).toHaveLength(1);

  const taken = testMonitor();
  taken.monitor.instruments.registry.registerMetric({ name: 'cache_hits_total', get: async () => ({ values: [] }) });
  const client = new Redis({ lazyConnect: true });
  const before = Reflect.ownKeys(client);
  expect(monitorRedis(client, { monitor: taken.monitor })).toBe(client);
  expect(Reflect.ownKeys(client)).toEqual(before);
  expect(taken.errors[0]).toContain('Cannot define the metric "cache_hits_total"');
});
