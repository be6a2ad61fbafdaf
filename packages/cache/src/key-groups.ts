import type { Counter, CounterSeries, Monitor } from '@telltale/core';
import { isCodeName, LONGEST_NAME } from './code-name.ts';
import type { CacheConfig } from './options.ts';

/** Stands for the prefix of every key that has none fit to be shown, and of those past the limit. */
const OTHER_PREFIX = 'other';

const SEPARATOR = 58; // :
const BRACES = 2;
/** Begins a hash tag, by which Redis Cluster places a key. */
const BRACE = 123;

/** The keys that have one prefix, and their figures. */
export interface KeyGroup {
  readonly prefix: string;
  readonly hits: CounterSeries;
  readonly misses: CounterSeries;
}

/** The instruments that count by prefix. */
export interface KeyCounters {
  readonly hits: Counter<readonly ['cache', 'prefix']>;
  readonly misses: Counter<readonly ['cache', 'prefix']>;
}

/**
 * Sorts keys by their prefix: what the user's function says, or the part before the first colon. What does not
 * read like a name in code is `other`, as is every prefix past the limit.
 */
export class KeyGroups {
  readonly #make: (prefix: string) => KeyGroup;
  readonly #known = new Map<string, KeyGroup>();
  readonly #limit: number;
  #otherGroup: KeyGroup | undefined;
  readonly #prefixOf: ((key: string) => string | undefined) | undefined;
  /** What the client itself puts before each key. */
  readonly #clientPrefix: string;

  constructor(
    monitor: Monitor,
    cache: string,
    { hits, misses }: KeyCounters,
    { prefixOf, prefixLimit }: Pick<CacheConfig, 'prefixOf' | 'prefixLimit'>,
    clientPrefix = '',
  ) {
    this.#make = (prefix) => ({ prefix, hits: hits.labels(cache, prefix), misses: misses.labels(cache, prefix) });
    this.#limit = prefixLimit;
    this.#clientPrefix = clientPrefix;
    this.#prefixOf =
      prefixOf && ((key) => monitor.errors.guard('cache', () => prefixOf(key) as unknown, undefined) as string);
  }

  /** The group of a key as the client was given it or as it sends it. */
  of(key: unknown): KeyGroup {
    const text = keyText(key);
    if (text === undefined) return this.#other;
    const start = this.#clientPrefix !== '' && text.startsWith(this.#clientPrefix) ? this.#clientPrefix.length : 0;
    if (this.#prefixOf !== undefined) return this.#named(this.#prefixOf(text.slice(start)));
    const end = text.indexOf(':', start);
    if (end < 0 || end - start > LONGEST_NAME + BRACES) return this.#other;
    return this.#named(text.slice(start, end));
  }

  get #other(): KeyGroup {
    return (this.#otherGroup ??= this.#make(OTHER_PREFIX));
  }

  #named(raw: unknown): KeyGroup {
    if (typeof raw !== 'string') return this.#other;
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const prefix = raw.charCodeAt(0) === BRACE ? raw.slice(1, raw.endsWith('}') ? -1 : undefined) : raw;
    if (this.#known.size >= this.#limit || !isCodeName(prefix)) return this.#other;
    const group = this.#make(prefix);
    this.#known.set(raw, group);
    return group;
  }
}

/** A key as text; of bytes, only as much as a prefix can be of. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (!(key instanceof Uint8Array)) return typeof key === 'number' ? String(key) : undefined;
  const end = key.indexOf(SEPARATOR);
  return Buffer.from(key.buffer, key.byteOffset, Math.min(key.byteLength, end < 0 ? 256 : end + 200)).toString(
    'latin1',
  );
}
