import {
  asPlainPromise,
  currentContext,
  defaultMonitor,
  errorType,
  labelWord,
  type Monitor,
  watchCall,
} from '@telltale/core';
import { cacheInstruments } from './cache-instruments.ts';
import { endOperation, startOperation } from './cache-operation.ts';

/** What became of one look-up. */
export interface CacheLookup {
  readonly hit: boolean;
  /** How long it took, where that was measured. */
  readonly durationMs?: number;
  /** What was done, a word. @default 'get' */
  readonly operation?: string;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/** What else is said of a look-up that is measured. */
export interface TrackCacheOptions<R> {
  /** Called for the value on a miss; its time is not the cache's. What it returns is returned in place of the miss. */
  readonly load?: () => R;
  /** What is done, a word. @default 'get' */
  readonly operation?: string;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * Counts a look-up in any cache, under `cache="<system>"` and `prefix="<service>"`: `service` says whose entries they are,
 * `system` where they are kept. Given a function, it calls and times that, takes neither `undefined` nor `null` for a hit,
 * and returns or throws what the function does (of anything with a `then`, a promise of that); with `load`, a miss goes on to that. Never throws of its own accord.
 *
 * @example
 * trackCache('orders', 'redis', { hit: true });
 * const order = await trackCache('orders', 'memcached', () => cache.get(id), { load: () => readOrder(id) });
 */
export function trackCache(service: string, system: string, lookup: CacheLookup): void;
export function trackCache<R>(service: string, system: string, lookup: () => R, options?: TrackCacheOptions<R>): R;
export function trackCache<R>(
  service: string,
  system: string,
  lookup: CacheLookup | (() => R),
  options: TrackCacheOptions<R> = {},
): R | undefined {
  if (typeof lookup !== 'function') {
    const { monitor = defaultMonitor(), operation = 'get', hit, durationMs } = lookup;
    if (monitor.enabled) record(monitor, { service, system, operation, result: hit ? 'hit' : 'miss', durationMs });
    return undefined;
  }
  const { monitor = defaultMonitor(), operation = 'get', load } = options;
  if (!monitor.enabled) return orLoad(lookup(), load);
  const { clock } = monitor.config;
  const startedAt = clock.monotonic();
  const told = startOperation(monitor, labelWord(operation), currentContext(), labelWord(system), () =>
    labelWord(service),
  );
  const end = (result: Result, error?: unknown): void => {
    const durationMs = clock.monotonic() - startedAt;
    record(monitor, { service, system, operation, result, durationMs, error });
    endOperation(monitor, told, { durationMs, result, error });
  };
  const found = watchCall(
    () => asPlainPromise(lookup()),
    (ended) => {
      if (ended.failed) end('error', ended.error);
      else end(ended.value === undefined || ended.value === null ? 'miss' : 'hit');
    },
  );
  return orLoad(found, load);
}

type Result = 'hit' | 'miss' | 'error';

interface TrackedLookup {
  readonly service: string;
  readonly system: string;
  readonly operation: string;
  readonly result: Result;
  readonly durationMs: number | undefined;
  readonly error?: unknown;
}

function orLoad<R>(found: R, load: (() => R) | undefined): R {
  if (load === undefined) return found;
  if (found instanceof Promise) return found.then((value) => value ?? load()) as R;
  return found ?? load();
}

function record(monitor: Monitor, { service, system, operation, result, durationMs, error }: TrackedLookup): void {
  monitor.errors.guard(
    'cache',
    () => {
      const instruments = cacheInstruments(monitor);
      const [cache, prefix, word] = [labelWord(system), labelWord(service), labelWord(operation)];
      instruments.operations.labels(cache, word, result).inc();
      const context = currentContext();
      context?.addFigure('cache_operations', 1);
      if (result === 'error') instruments.errors.labels(cache, errorType(error)).inc();
      else {
        instruments[result === 'hit' ? 'hits' : 'misses'].labels(cache, prefix).inc();
        context?.addFigure(result === 'hit' ? 'cache_hits' : 'cache_misses', 1);
      }
      if (durationMs !== undefined) instruments.duration.labels(cache, word).observe(durationMs / 1000);
    },
    undefined,
  );
}
