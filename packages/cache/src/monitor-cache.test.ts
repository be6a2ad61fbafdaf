import { setImmediate as turn } from 'node:timers/promises';
import { type Operation, runWithContext } from '@telltale/core';
import { Cacheable, Keyv as Keyv5 } from 'cacheable';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { testMonitor } from '../../../test/contracts/cache/kit.ts';
import { monitorCache } from './monitor-cache.ts';

/** What the contract of the caches in this process is held to. */
interface SimpleCache {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): unknown;
  has(key: string): unknown;
}

const KINDS: readonly (readonly [string, () => SimpleCache])[] = [
  ['lru', () => new LRUCache<string, string>({ max: 100 }) as SimpleCache],
  ['keyv', () => new Keyv()],
  // Of keyv 5.
  ['keyv', () => new Cacheable().primary],
  ['cacheable', () => new Cacheable()],
  ['map', () => new Map<string, unknown>()],
];

describe.each(KINDS)('a cache of the kind %s', (name, create) => {
  it('counts look-ups by key prefix, and what else is done', async () => {
    const test = testMonitor();
    const cache = create();
    expect(monitorCache(cache, { monitor: test.monitor })).toBe(cache);
    await cache.set('user:1', 'ann');
    expect(await cache.get('user:1')).toBe('ann');
    expect(await cache.get('user:2')).toBeUndefined();
    expect(await cache.get('4711')).toBeUndefined();
    expect(await cache.has('user:1')).toBe(true);
    await cache.delete('user:1');
    expect(await test.samples('cache_operations_total')).toEqual([
      `${name} delete ok = 1`,
      `${name} get hit = 1`,
      `${name} get miss = 2`,
      `${name} has ok = 1`,
      `${name} set ok = 1`,
    ]);
    expect(await test.samples('cache_hits_total')).toEqual([`${name} user = 1`]);
    expect(await test.samples('cache_misses_total')).toEqual([`${name} other = 1`, `${name} user = 1`]);
    expect(test.errors).toEqual([]);
  });

  it('logs each call at the level DEBUG, in the context of its caller', async () => {
    const test = testMonitor({ logLevel: 'DEBUG' });
    const cache = monitorCache(create(), { monitor: test.monitor, name: 'products' });
    await runWithContext({ correlationId: 'mine' }, async () => {
      await cache.get('user:4711');
    });
    expect(test.log()).toMatchObject([{ level: 'DEBUG', message: 'GET products: miss', correlation_id: 'mine' }]);
  });

  it('tells of each call in the context of its caller', async () => {
    const test = testMonitor();
    const cache = monitorCache(create(), { monitor: test.monitor, name: 'products' });
    const ended: Operation[] = [];
    test.monitor.operations.subscribe({ onEnd: (operation) => ended.push(operation) });
    await runWithContext({ correlationId: 'mine' }, async () => {
      await cache.get('user:1');
    });
    expect(ended).toMatchObject([
      { kind: 'cache', name: 'GET products', outcome: 'ok', attributes: { result: 'miss', hits: 0, misses: 1 } },
    ]);
    expect(ended[0]?.context?.figures).toEqual({ cache_operations: 1, cache_misses: 1 });
  });

  it('warns once where many make the same value at once', async () => {
    const test = testMonitor();
    const cache = monitorCache(create(), { monitor: test.monitor, stampedeMisses: 5 });
    const load = async (): Promise<void> => {
      if ((await cache.get('user:secret-key')) !== undefined) return;
      await turn();
      await cache.set('user:secret-key', 'made');
    };
    await Promise.all(Array.from({ length: 20 }, load));
    expect(test.log()).toMatchObject([{ level: 'WARNING', cache: name, prefix: 'user' }]);
    expect(test.rawLog().join()).not.toContain('secret-key');
    await cache.delete('user:secret-key');
    await Promise.all(Array.from({ length: 20 }, load));
    expect(test.log()).toHaveLength(1);
    await cache.delete('user:secret-key');
    test.clock.advance(11_000);
    await Promise.all(Array.from({ length: 20 }, load));
    expect(test.log()).toHaveLength(2);
  });

  it('does not warn where a key that is not there is asked for again and again, nor of one load after the other', async () => {
    const test = testMonitor();
    const cache = monitorCache(create(), { monitor: test.monitor, stampedeMisses: 5 });
    for (let i = 0; i < 50; i++) {
      await cache.get('flag:dark');
      await turn();
      test.clock.advance(10);
    }
    await cache.set('flag:dark', 'on');
    for (let i = 0; i < 50; i++) {
      await cache.delete('user:1');
      await cache.get('user:1');
      await cache.set('user:1', 'ann');
    }
    expect(test.log()).toEqual([]);
  });

  it('is as before once the monitor is closed, and while it is disabled', async () => {
    const cache = create();
    const untouched = Reflect.ownKeys(cache);
    expect(monitorCache(cache, { monitor: testMonitor({ enabled: false }).monitor })).toBe(cache);
    expect(Reflect.ownKeys(cache)).toEqual(untouched);
    const test = testMonitor();
    const names = (): unknown[] =>
      ['get', 'set', 'delete', 'has'].map((method) => {
        const { name: own, length } = cache[method as keyof SimpleCache];
        return [own, length];
      });
    const before = names();
    monitorCache(monitorCache(cache, { monitor: test.monitor }), { monitor: testMonitor().monitor });
    expect(names()).toEqual(before);
    await cache.get('user:1');
    expect(await test.samples('cache_misses_total')).toHaveLength(1);
    await test.monitor.close();
    expect(Reflect.ownKeys(cache)).toEqual(untouched);
  });
});

describe('lru-cache', () => {
  it('counts evictions, and shows entries and size', async () => {
    const test = testMonitor();
    const cache = monitorCache(
      new LRUCache<string, string>({ max: 3, maxSize: 100, maxEntrySize: 60, sizeCalculation: (text) => text.length }),
      { monitor: test.monitor },
    );
    for (const key of ['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'a:5']) cache.set(key, 'x'.repeat(10));
    expect(await test.samples('cache_evictions_total')).toEqual(['lru = 2']);
    cache.set('a:6', 'x'.repeat(60)).set('a:7', 'x'.repeat(60));
    expect([...cache.keys()]).toEqual(['a:7']);
    cache.set('a:8', 'x'.repeat(61));
    cache.delete('a:7');
    cache.set('a:9', 'xx');
    // Two for the limit of three, one for a:6 by number, then a:4 and a:5 by size or number, a:6 by size.
    expect(await test.samples('cache_evictions_total')).toEqual(['lru = 6']);
    expect(await test.samples('cache_entries')).toEqual(['lru = 1']);
    expect(await test.samples('cache_size')).toEqual(['lru = 2']);
  });

  it('counts a fetch and a memo as a hit where the value was there before', async () => {
    const test = testMonitor();
    const cache = monitorCache(
      new LRUCache<string, string>({
        max: 2,
        fetchMethod: async (key) => `of ${key}`,
        memoMethod: (key) => `of ${key}`,
      }),
      { monitor: test.monitor },
    );
    expect(await Promise.all([cache.fetch('a:1'), cache.fetch('a:1')])).toEqual(['of a:1', 'of a:1']);
    expect(await cache.fetch('a:1')).toBe('of a:1');
    expect(cache.memo('a:2')).toBe('of a:2');
    expect(cache.memo('a:2')).toBe('of a:2');
    expect(cache.memo('a:3')).toBe('of a:3');
    expect(await test.samples('cache_operations_total')).toEqual([
      'lru fetch hit = 1',
      'lru fetch miss = 2',
      'lru memo hit = 1',
      'lru memo miss = 2',
    ]);
    expect(await test.samples('cache_evictions_total')).toEqual(['lru = 1']);
  });

  it('counts a fetch that fails, and leaves its rejection to the caller', async () => {
    const test = testMonitor();
    const cache = monitorCache(
      new LRUCache<string, string>({ max: 2, fetchMethod: () => Promise.reject(new RangeError('no')) }),
      { monitor: test.monitor },
    );
    await expect(cache.fetch('a:1')).rejects.toThrow('no');
    expect(await test.samples('cache_errors_total')).toEqual(['lru RangeError = 1']);
  });

  it('adds up caches of one name, and forgets one that is gone', async () => {
    const test = testMonitor();
    const options = { monitor: test.monitor, name: 'products' };
    const first = monitorCache(new Map([['a', 1]]), options);
    const second = monitorCache(new LRUCache<string, number>({ max: 5 }), options);
    second.set('b', 1);
    expect(await test.samples('cache_entries')).toEqual(['products = 2']);
    await test.monitor.close();
    first.get('a');
  });
});

it('does not warn where all who miss a key wait for one value', async () => {
  const test = testMonitor();
  const options = { monitor: test.monitor, stampedeMisses: 5 };
  let loads = 0;
  const load = async (): Promise<string> => {
    loads++;
    await turn();
    return 'made';
  };
  const lru = monitorCache(new LRUCache<string, string>({ max: 5, fetchMethod: load }), options);
  const cacheable = monitorCache(new Cacheable(), options);
  const wrapped = cacheable.wrap(load, { keyPrefix: 'wrapped' });
  const callers = Array.from({ length: 40 });
  await Promise.all(callers.map(() => lru.fetch('user:1')));
  await Promise.all(callers.map(() => cacheable.getOrSet('user:1', load)));
  await Promise.all(callers.map(() => wrapped()));
  expect(loads).toBe(3);
  expect(test.log()).toEqual([]);
});

describe('keyv', () => {
  it('counts many keys one by one, and a list given to get once', async () => {
    const test = testMonitor();
    const cache = monitorCache(new Keyv(), { monitor: test.monitor });
    await cache.setMany([{ key: 'user:1', value: 'ann' }]);
    expect(await cache.getMany(['user:1', 'user:2'])).toEqual(['ann', undefined]);
    expect(await cache.get(['user:1', 'cart:2'])).toEqual(['ann', undefined]);
    expect(await test.samples('cache_operations_total')).toEqual(['keyv get_many partial = 2', 'keyv set_many ok = 1']);
    expect(await test.samples('cache_misses_total')).toEqual(['keyv cart = 1', 'keyv user = 1']);
    expect(await test.samples('cache_operation_duration_seconds_count')).toEqual([
      'keyv get_many = 2',
      'keyv set_many = 1',
    ]);
  });
});

describe.each([
  ['keyv 6', (options: object) => new Keyv(options)],
  ['keyv 5', (options: object) => new Keyv5(options as never)],
] as const)('%s on a store that fails', (_name, create) => {
  it('counts each error that it emits, and a set that was refused as one that failed', async () => {
    const test = testMonitor();
    const fail = (): Promise<never> => Promise.reject(new RangeError('away'));
    const store = { get: fail, set: fail, delete: fail, has: fail, clear: fail, on() {} };
    const cache = monitorCache(create({ store }), { monitor: test.monitor }) as Keyv;
    const heard: unknown[] = [];
    cache.on('error', (error: unknown) => heard.push(error));
    expect([await cache.set('a', 1), await cache.get('a'), await cache.delete('a')]).toEqual([false, undefined, false]);
    // Of a get, version 5 emits none.
    expect(heard.length).toBeGreaterThan(1);
    expect(await test.samples('cache_errors_total')).toEqual([`keyv RangeError = ${heard.length}`]);
    expect(await test.samples('cache_operations_total')).toEqual([
      'keyv delete ok = 1',
      'keyv get miss = 1',
      'keyv set error = 1',
    ]);
  });
});

describe('cacheable', () => {
  it('counts get, take and getOrSet once for what each looks up', async () => {
    const test = testMonitor();
    const cache = monitorCache(new Cacheable(), { monitor: test.monitor });
    await cache.set('user:1', 'ann');
    await cache.getMany(['user:1', 'user:2']);
    expect(await cache.take('user:1')).toBe('ann');
    expect(await cache.getOrSet('user:3', async () => 'eve')).toBe('eve');
    await turn();
    expect(await test.samples('cache_hits_total')).toEqual(['cacheable user = 2']);
    expect(await test.samples('cache_misses_total')).toEqual(['cacheable user = 2']);
  });
});

it('refuses what it does not know, and options that it does not have', () => {
  const { monitor } = testMonitor();
  expect(() => monitorCache({}, { monitor })).toThrow('[telltale] [cache] monitorCache was given something');
  for (const nothing of [undefined, null, 7]) {
    expect(() => monitorCache(nothing as never, { monitor })).toThrow('It takes an LRUCache');
  }
  expect(() => monitorCache(new WeakMap(), { monitor })).toThrow('[telltale] [cache]');
  expect(() => monitorCache(new Map(), { monitor, nam: 'x' } as never)).toThrow('did you mean name?');
});

it('leaves a cache as it is, and reports it, where that cannot be monitored', () => {
  const test = testMonitor();
  const frozen = Object.freeze(new Map([['a', 1]]));
  expect(monitorCache(frozen, { monitor: test.monitor })).toBe(frozen);
  expect(frozen.get('a')).toBe(1);
  expect(test.errors[0]).toContain('not extensible');

  const taken = testMonitor();
  taken.monitor.instruments.registry.registerMetric({ name: 'cache_hits_total', get: async () => ({ values: [] }) });
  const cache = new Map([['a', 1]]);
  expect(monitorCache(cache, { monitor: taken.monitor })).toBe(cache);
  expect(Reflect.ownKeys(cache)).toEqual([]);
  expect(taken.errors[0]).toContain('Cannot define the metric "cache_hits_total"');
});
