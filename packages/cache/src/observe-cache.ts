import { type Context, currentContext, errorType, inContext, type Monitor, type Operation } from '@telltale/core';
import { type CacheInstruments, cacheInstruments } from './cache-instruments.ts';
import { type CacheResult, endOperation, logOperation, startOperation } from './cache-operation.ts';
import { type KeyGroup, KeyGroups, keyText } from './key-groups.ts';
import type { CacheConfig } from './options.ts';
import { Stampedes } from './stampedes.ts';

/** One call of a cache in this process, under way. */
export interface CacheCall {
  readonly operation: string;
  readonly context: Context | undefined;
  readonly record: Operation | undefined;
  readonly startedAt: number;
  /** For the stampedes; `undefined` where the library lets all who miss a key wait for one value. */
  readonly lookUp: number | undefined;
}

/** Observes the calls of one cache that is not a Redis client. */
export class CacheObserver {
  readonly monitor: Monitor;
  readonly cache: string;
  readonly instruments: CacheInstruments;
  readonly #groups: KeyGroups;
  readonly #stampedes: Stampedes;

  constructor(monitor: Monitor, cache: string, config: CacheConfig) {
    this.monitor = monitor;
    this.cache = cache;
    this.instruments = cacheInstruments(monitor);
    this.#groups = new KeyGroups(monitor, cache, this.instruments, config);
    this.#stampedes = new Stampedes(monitor, cache, this.instruments, config);
  }

  /** Begins to observe a call. Never throws. */
  begin(operation: string, sharesLoads = false): CacheCall {
    const { config } = this.monitor;
    const context = currentContext();
    const record = startOperation(this.monitor, operation, context, this.cache, () => this.cache);
    const lookUp = sharesLoads ? undefined : this.#stampedes.begin();
    return { operation, context, record, startedAt: config.clock.monotonic(), lookUp };
  }

  /** Ends a call that looked keys up: `found` says of each whether it was there. */
  lookedUp(call: CacheCall, keys: readonly unknown[], found: readonly boolean[], timed: boolean): void {
    let hits = 0;
    for (const [i, there] of found.entries()) {
      const group = this.#groups.of(keys[i]);
      if (there) {
        hits++;
        group.hits.inc();
      } else this.#missed(call, keys[i], group);
    }
    const misses = found.length - hits;
    call.context?.addFigure('cache_operations', 1);
    if (hits > 0) call.context?.addFigure('cache_hits', hits);
    if (misses > 0) call.context?.addFigure('cache_misses', misses);
    this.#end(call, misses === 0 ? 'hit' : hits === 0 ? 'miss' : 'partial', timed, { hits, misses });
  }

  /** Ends a call that did something else. */
  done(call: CacheCall, timed: boolean): void {
    call.context?.addFigure('cache_operations', 1);
    this.#end(call, 'ok', timed, {});
  }

  /** Ends a call that threw or rejected. */
  failed(call: CacheCall, error: unknown, timed: boolean): void {
    call.context?.addFigure('cache_operations', 1);
    this.instruments.errors.labels(this.cache, errorType(error)).inc();
    this.#end(call, 'error', timed, { error });
  }

  /** Ends a call that stored the value of a key. */
  stored(call: CacheCall, key: unknown, timed: boolean): void {
    this.done(call, timed);
    const text = keyText(key);
    if (text !== undefined && this.#stampedes.stored(text)) this.#warn(call, text);
  }

  /** Ends a call that failed without throwing; its error is told otherwise. */
  refused(call: CacheCall, timed: boolean): void {
    call.context?.addFigure('cache_operations', 1);
    this.#end(call, 'error', timed, {});
  }

  /** Counts an error that the cache emitted. Never throws. */
  errorEmitted(error: unknown): void {
    const { errors } = this.monitor;
    errors.guard('cache', () => this.instruments.errors.labels(this.cache, errorType(error)).inc(), undefined);
  }

  #missed(call: CacheCall, key: unknown, group: KeyGroup): void {
    group.misses.inc();
    const text = keyText(key);
    if (text !== undefined && this.#stampedes.missed(text, call.lookUp)) this.#warn(call, text);
  }

  #warn({ context }: CacheCall, key: string): void {
    inContext(context, () => this.#stampedes.warn(key, this.#groups.of(key).prefix));
  }

  #end(
    call: CacheCall,
    result: CacheResult,
    timed: boolean,
    rest: { hits?: number; misses?: number; error?: unknown },
  ): void {
    const { cache, instruments, monitor } = this;
    instruments.operations.labels(cache, call.operation, result).inc();
    const durationMs = call.record || timed ? monitor.config.clock.monotonic() - call.startedAt : 0;
    if (timed) instruments.duration.labels(cache, call.operation).observe(durationMs / 1000);
    const { operation, context } = call;
    logOperation(monitor, context, { cache, operation, result, ...(timed && { durationMs }) });
    endOperation(monitor, call.record, { durationMs, result, ...rest });
  }
}
