import { defaultMonitor, isMonitored, type Monitor, markMonitored, resolveConfig, TelltaleError } from '@telltale/core';
import type { ProcessSource } from './cache-readings.ts';
import { isCacheable, watchCacheable } from './cacheable.ts';
import { isKeyv, watchKeyv } from './keyv.ts';
import { isLruCache, measureLruCache, watchLruCache } from './lru-cache.ts';
import { isMapLike, measureMap, watchMap } from './map-cache.ts';
import { CacheObserver } from './observe-cache.ts';
import { type CacheConfig, type CacheOptions, cacheOptions } from './options.ts';

/** How one kind of cache is observed. */
interface Kind {
  /** The label `cache` where no name is given. */
  readonly name: string;
  readonly recognises: (cache: object) => boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each knows its own kind
  readonly watch: (cache: any, observer: CacheObserver) => (() => void)[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly measure?: (cache: any) => ReturnType<ProcessSource['measure']>;
}

/** The first that recognises a cache takes it. */
const KINDS: readonly Kind[] = [
  { name: 'cacheable', recognises: isCacheable, watch: watchCacheable },
  { name: 'keyv', recognises: isKeyv, watch: watchKeyv },
  { name: 'lru', recognises: isLruCache, watch: watchLruCache, measure: measureLruCache },
  { name: 'map', recognises: isMapLike, watch: watchMap, measure: measureMap },
];

/**
 * Observes a cache of this process and returns it: an `LRUCache` of lru-cache, a `Keyv`, a `Cacheable`, a `Map` or what
 * has its methods. Hits and misses by key prefix, operations, entries; of an `LRUCache` also evictions and size. Neither
 * key nor value becomes a label or is logged. A cache that is monitored already, one that cannot be
 * (it is frozen), and any while the monitor is disabled, is returned as it is. Give each its `name`: the figures of those with the same name are added up.
 *
 * @throws {ConfigError} on an option that is not known or cannot be used.
 * @throws {TelltaleError} on anything but these caches.
 *
 * @example
 * const products = monitorCache(new LRUCache<string, Product>({ max: 500 }), { name: 'products' });
 */
export function monitorCache<T extends object>(
  cache: T,
  { monitor = defaultMonitor(), ...options }: CacheOptions & { readonly monitor?: Monitor } = {},
): T {
  if (!monitor.enabled) return cache;
  const config = resolveConfig(cacheOptions, options, {});
  const kind = typeof cache === 'object' && cache !== null && KINDS.find(({ recognises }) => recognises(cache));
  if (!kind) {
    throw new TelltaleError(
      'cache',
      'monitorCache was given something that it does not know. It takes an LRUCache, a Keyv, a Cacheable, a Map or what has its methods; for Redis clients there is monitorRedis, for all else trackCache.',
    );
  }
  if (!isMonitored(cache)) monitor.errors.guard('cache', () => observe(cache, kind, monitor, config), undefined);
  return cache;
}

function observe(cache: object, { name, watch, measure }: Kind, monitor: Monitor, config: CacheConfig): void {
  const observer = new CacheObserver(monitor, config.name ?? name, config);
  const restore = watch(cache, observer);
  const { processes } = observer.instruments.readings;
  const reference = new WeakRef(cache);
  const source: ProcessSource = {
    cache: observer.cache,
    measure: () => {
      const living = reference.deref();
      return living === undefined ? undefined : measure!(living);
    },
  };
  if (measure !== undefined) processes.add(source);
  markMonitored(cache, monitor, () => {
    processes.delete(source);
    for (const undo of restore) undo();
  });
}

/** Whether an object is a cache that {@link monitorCache} takes. */
export function isCache(thing: object): boolean {
  return KINDS.some(({ recognises }) => recognises(thing));
}
