import { expect, it, onTestFinished } from 'vitest';
import { type CacheControls, registerCache, registeredCaches } from './registered-caches.ts';

function register(name: string, controls: CacheControls): void {
  onTestFinished(registerCache(name, controls));
}

it('lists what is registered by name, with what each can do', async () => {
  const products = new Map([['a', 1]]);
  register('products', {
    stats: () => ({ entries: products.size, hits: 3, misses: 1 }),
    warm: async () => products.set('b', 2).size,
    clear: () => products.clear(),
  });
  register('images', { clear: () => 0 });
  const [images, listed] = registeredCaches();
  expect([images?.name, images?.stats, images?.warm]).toEqual(['images', undefined, undefined]);
  expect(listed?.name).toBe('products');
  expect(await listed?.stats?.()).toEqual({ ok: true, value: { entries: 1, hits: 3, misses: 1, hitRatio: 0.75 } });
  expect(await listed?.warm?.()).toEqual({ ok: true, value: 2 });
  expect(await listed?.clear?.()).toEqual({ ok: true, value: undefined });
  expect(await listed?.stats?.()).toEqual({ ok: true, value: { entries: 0, hits: 3, misses: 1, hitRatio: 0.75 } });
});

it('takes a cache back, but not the one that came in its place', () => {
  const first = registerCache('products', { clear: () => 1 });
  const second = registerCache('products', { clear: () => 2 });
  first();
  expect(registeredCaches().map(({ name }) => name)).toEqual(['products']);
  second();
  expect(registeredCaches()).toEqual([]);
});

it('answers with the error where a control fails or returns what cannot be', async () => {
  const fail = (): never => {
    throw new Error('lost');
  };
  register('broken', { stats: () => ({ entries: -1 }), warm: fail, clear: () => Promise.reject(new Error('lost')) });
  register('odd', { stats: (() => 'many') as never });
  const [broken, odd] = registeredCaches();
  const messages = [];
  for (const run of [broken?.stats, broken?.warm, broken?.clear, odd?.stats]) {
    const outcome = await run!();
    messages.push(outcome.ok ? 'ok' : outcome.error.message);
  }
  expect(messages).toEqual([
    '[telltale] [cache] stats of the cache broken returned for entries no finite number of zero or more.',
    '[telltale] [cache] warm of the cache broken failed.',
    '[telltale] [cache] clear of the cache broken failed.',
    '[telltale] [cache] stats of the cache odd returned no object with entries, hits, misses, evictions, memoryBytes.',
  ]);
});

it('refuses a name that is no word and controls that are none', () => {
  expect(() => registerCache('my cache!', { clear: () => 1 })).toThrow(
    '[telltale] [cache] registerCache was given a name',
  );
  expect(() => registerCache('products', {})).toThrow('was given nothing');
  expect(() => registerCache('products', { empty: () => 1 } as never)).toThrow('was given "empty"');
  expect(() => registerCache('products', { clear: 1 } as never)).toThrow('was given "clear"');
});

it('is shared by every copy of the package in a process', async () => {
  const copy = (await import('./registered-caches.ts?copy' as string)) as { registeredCaches: typeof registeredCaches };
  register('products', { clear: () => 1 });
  expect(copy.registeredCaches).not.toBe(registeredCaches);
  expect(copy.registeredCaches().map(({ name }) => name)).toEqual(['products']);
});
