import type { CacheObserver } from './observe-cache.ts';
import { foundEach, manyKeys, oneKey, type WatchedMethod, watchMethods } from './watch-methods.ts';

/**
 * `get` and `getMany` ask these for the entry and take its value; so do `getOrSet` and what `wrap` makes, which load a
 * value once for all who miss it at a time.
 */
const METHODS: readonly WatchedMethod[] = [
  { method: 'getRaw', operation: 'get', keys: oneKey, sharesLoads: true },
  { method: 'getManyRaw', operation: 'get_many', keys: manyKeys, found: foundEach, sharesLoads: true },
  { method: 'set', operation: 'set', stores: true },
  { method: 'setMany', operation: 'set_many' },
  { method: 'delete', operation: 'delete' },
  { method: 'deleteMany', operation: 'delete_many' },
  { method: 'has', operation: 'has' },
  { method: 'clear', operation: 'clear' },
];

/** Whether it is a `Cacheable` of cacheable 2. */
export function isCacheable(cache: object): boolean {
  const { getRaw, getManyRaw, getOrSet, wrap, primary } = cache as Record<string, unknown>;
  return [getRaw, getManyRaw, getOrSet, wrap].every((method) => typeof method === 'function') && primary !== undefined;
}

/** Observes the methods of one `Cacheable`, whichever of its two stores answers. */
export function watchCacheable(cache: object, observer: CacheObserver): (() => void)[] {
  return watchMethods(cache, observer, METHODS, true);
}
