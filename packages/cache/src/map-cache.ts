import type { ProcessSource } from './cache-readings.ts';
import type { CacheObserver } from './observe-cache.ts';
import { oneKey, type WatchedMethod, watchMethods } from './watch-methods.ts';

const METHODS: readonly WatchedMethod[] = [
  { method: 'get', operation: 'get', keys: oneKey, found: (value) => [value !== undefined] },
  { method: 'set', operation: 'set', stores: true },
  { method: 'delete', operation: 'delete' },
  { method: 'has', operation: 'has' },
  { method: 'clear', operation: 'clear' },
];

/** A `Map`, or what has its methods: `get` returns `undefined` for what is not there. */
export interface MapLike {
  readonly size: number;
}

/** Whether it has the methods of a `Map`. */
export function isMapLike(cache: object): cache is MapLike {
  const { get, set, has, delete: remove, size } = cache as Record<string, unknown>;
  return [get, set, has, remove].every((method) => typeof method === 'function') && typeof size === 'number';
}

/** Observes the methods of one such cache. */
export function watchMap(cache: object, observer: CacheObserver): (() => void)[] {
  return watchMethods(cache, observer, METHODS, false);
}

/** What a scrape reads of it. */
export function measureMap({ size }: MapLike): ReturnType<ProcessSource['measure']> {
  return { entries: size };
}
