import { createHmac, randomBytes } from 'node:crypto';
import type { Monitor } from '@telltale/core';
import type { CacheInstruments } from './cache-instruments.ts';
import type { CacheConfig } from './options.ts';

/** So many different keys are watched at a time; keys past that go unwatched until the next window. */
const WATCHED_KEYS = 2_000;
const LONGEST_KEY = 256;

/** Makes the hash of a key useless to anybody outside this process. */
const secret = randomBytes(16);

/** Notices that one key is missed again and again within a moment: each of those callers goes to make the value. */
export class Stampedes {
  readonly #monitor: Monitor;
  readonly #cache: string;
  readonly #instruments: CacheInstruments;
  readonly #threshold: number;
  readonly #windowMs: number;
  readonly #misses = new Map<string, number>();
  #windowStart = Number.NEGATIVE_INFINITY;

  constructor(monitor: Monitor, cache: string, instruments: CacheInstruments, config: CacheConfig) {
    this.#monitor = monitor;
    this.#cache = cache;
    this.#instruments = instruments;
    this.#threshold = config.stampedeMisses;
    this.#windowMs = config.stampedeWindowMs;
  }

  /**
   * Takes note of a miss at a moment of the monotonic clock. The answer is whether to warn of it, which is so once for
   * each key and window.
   */
  note(key: string, now: number): boolean {
    if (this.#threshold === 0) return false;
    if (now - this.#windowStart >= this.#windowMs) {
      this.#misses.clear();
      this.#windowStart = now;
    }
    // A slice would keep the whole of it in memory.
    const watched = key.length > LONGEST_KEY ? hashOf(key) : key;
    const count = (this.#misses.get(watched) ?? 0) + 1;
    if (count === 1 && this.#misses.size >= WATCHED_KEYS) return false;
    this.#misses.set(watched, count);
    return count === this.#threshold;
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
      window_ms: this.#windowMs,
    });
  }
}

/** The same for the same key as long as the process runs, and no way back to the key. */
function hashOf(key: string): string {
  return createHmac('sha256', secret).update(key).digest('hex').slice(0, 12);
}
