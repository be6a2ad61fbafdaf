import { replaceMethod } from '@telltale/core';
import type { ProcessSource } from './cache-readings.ts';
import type { CacheObserver } from './observe-cache.ts';
import { isThere, oneKey, type WatchedMethod, watchMethods } from './watch-methods.ts';

/** The parts of an `LRUCache` that Telltale uses. */
export interface LruCacheLike {
  readonly size: number;
  readonly calculatedSize: number;
  readonly maxSize: number;
  peek(key: unknown, options?: { readonly allowStale?: boolean }): unknown;
  getRemainingTTL(key: unknown): number;
}

/** Whether it is an `LRUCache` of lru-cache. */
export function isLruCache(cache: object): cache is LruCacheLike {
  const { peek, getRemainingTTL, get, set, calculatedSize } = cache as Record<string, unknown>;
  return (
    [peek, getRemainingTTL, get, set].every((method) => typeof method === 'function') &&
    typeof calculatedSize === 'number'
  );
}

/** Observes the methods of one cache; the library's own channels tell of every cache in the process. */
export function watchLruCache(cache: LruCacheLike, observer: CacheObserver): (() => void)[] {
  // A fetch or memo returns a value either way: what counts is whether it was there before.
  const isHeld = (key: unknown): boolean => cache.peek(key) !== undefined;
  const methods: readonly WatchedMethod[] = [
    { method: 'get', operation: 'get', keys: oneKey, found: (value) => [value !== undefined] },
    { method: 'fetch', operation: 'fetch', keys: oneKey, sharesLoads: true, before: isHeld },
    { method: 'memo', operation: 'memo', keys: oneKey, sharesLoads: true, before: isHeld },
    { method: 'set', operation: 'set', stores: true },
    { method: 'delete', operation: 'delete' },
    { method: 'has', operation: 'has' },
    { method: 'clear', operation: 'clear' },
  ];
  const restore = watchMethods(cache, observer, methods, false);
  for (const method of ['set', 'fetch', 'memo']) restore.push(watchEvictions(cache, method, observer));
  // Last on, first off.
  return restore.reverse();
}

/** An entry more than before, unless as many went to make room. */
function watchEvictions(cache: LruCacheLike, method: string, { monitor, cache: name, instruments }: CacheObserver) {
  const evictions = instruments.evictions.labels(name);
  return replaceMethod(
    cache,
    method,
    (original) =>
      function (...args) {
        const before = cache.size;
        const isNew = monitor.errors.guard('cache', () => cache.getRemainingTTL(args[0]) === 0, false);
        const result = original.apply(this, args);
        monitor.errors.guard(
          'cache',
          () => {
            const isHeldNow = cache.getRemainingTTL(args[0]) !== 0;
            const evicted = before + (isNew ? 1 : 0) - cache.size;
            if (isHeldNow && evicted > 0) evictions.inc(evicted);
          },
          undefined,
        );
        return result;
      },
  );
}

/** What a scrape reads of it. */
export function measureLruCache({ size, calculatedSize, maxSize }: LruCacheLike): ReturnType<ProcessSource['measure']> {
  return { entries: size, size: isThere(maxSize) && maxSize > 0 ? calculatedSize : undefined };
}
