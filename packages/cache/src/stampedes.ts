import { createHmac, randomBytes } from 'node:crypto';
import type { Monitor } from '@telltale/core';
import type { CacheInstruments } from './cache-instruments.ts';
import type { CacheConfig } from './options.ts';

/** So many different keys are watched at a time; a new one takes the place of what was touched longest ago. */
const WATCHED_KEYS = 2_000;
const LONGEST_KEY = 256;

/** Makes the hash of a key useless to anybody outside this process. */
const secret = randomBytes(16);

/** One key that was missed. */
interface MissedKey {
  seenAt: number;
  /** Look-ups that had begun when the first of them was answered, and their number's end. */
  together: number;
  until: number;
  /** Misses since the value was last stored, and how often it was stored since. */
  misses: number;
  stores: number;
  warned: boolean;
}

/**
 * Notices that many go to make the same value at once: so many look-ups of one key that overlap in time all miss, or so
 * many misses are followed by as many stores of the key. Misses one after the other, of a key that is simply not there,
 * are no stampede, nor are those that wait for one value together.
 */
export class Stampedes {
  readonly #monitor: Monitor;
  readonly #cache: string;
  readonly #instruments: CacheInstruments;
  readonly #threshold: number;
  readonly #calmMs: number;
  /** The one touched longest ago is first. */
  readonly #missed = new Map<string, MissedKey>();
  #lookUps = 0;

  constructor(monitor: Monitor, cache: string, instruments: CacheInstruments, config: CacheConfig) {
    this.#monitor = monitor;
    this.#cache = cache;
    this.#instruments = instruments;
    this.#threshold = config.stampedeMisses;
    this.#calmMs = config.stampedeWindowMs;
  }

  /** The number of a look-up that begins. */
  begin(): number {
    return ++this.#lookUps;
  }

  /**
   * Takes note of a miss by the look-up of this number; `undefined` for one whose library lets all who miss a key wait
   * for one value. The answer is whether to warn of it, which is so once until nobody touches the missed key for long.
   */
  missed(key: string, lookUp: number | undefined): boolean {
    if (this.#threshold === 0) return false;
    const missed = this.#touch(key) ?? this.#watch(key);
    if (lookUp !== undefined && lookUp <= missed.until) missed.together++;
    else if (lookUp !== undefined) {
      missed.until = this.#lookUps;
      missed.together = 1;
    }
    if (missed.stores > 0) missed.misses = missed.stores = 0;
    missed.misses++;
    return this.#warnsOf(missed);
  }

  /** Takes note that a value was stored, where its key was missed; the answer is the same. */
  stored(key: string): boolean {
    const missed = this.#missed.size === 0 ? undefined : this.#touch(key);
    if (missed === undefined) return false;
    missed.stores++;
    return this.#warnsOf(missed);
  }

  #warnsOf(missed: MissedKey): boolean {
    const atOnce = Math.max(missed.together, Math.min(missed.misses, missed.stores));
    if (missed.warned || atOnce < this.#threshold) return false;
    missed.warned = true;
    return true;
  }

  #touch(key: string): MissedKey | undefined {
    const watched = watchedAs(key);
    const missed = this.#missed.get(watched);
    if (missed === undefined) return undefined;
    this.#missed.delete(watched);
    const now = this.#monitor.config.clock.monotonic();
    if (now - missed.seenAt >= this.#calmMs) return undefined;
    missed.seenAt = now;
    this.#missed.set(watched, missed);
    return missed;
  }

  #watch(key: string): MissedKey {
    if (this.#missed.size >= WATCHED_KEYS) this.#missed.delete(this.#missed.keys().next().value!);
    const seenAt = this.#monitor.config.clock.monotonic();
    const missed = { seenAt, together: 0, until: 0, misses: 0, stores: 0, warned: false };
    this.#missed.set(watchedAs(key), missed);
    return missed;
  }

  /** Counts a stampede and writes it to the log, in the context that runs now. */
  warn(key: string, prefix: string): void {
    this.#instruments.stampedes.labels(this.#cache, prefix).inc();
    this.#monitor.logger.warning('Many callers missed the same cache key at once', {
      event_type: 'performance',
      cache: this.#cache,
      prefix,
      key_hash: hashOf(key),
      misses: this.#threshold,
    });
  }
}

/** A slice of a long key would keep the whole of it in memory. */
function watchedAs(key: string): string {
  return key.length > LONGEST_KEY ? hashOf(key) : key;
}

/** The same for the same key as long as the process runs, and no way back to the key. */
function hashOf(key: string): string {
  return createHmac('sha256', secret).update(key).digest('hex').slice(0, 12);
}
