import { TelltaleError } from '@telltale/core';

/** What a cache says of itself; each is a finite number of zero or more. */
export interface CacheStats {
  readonly entries?: number;
  readonly hits?: number;
  readonly misses?: number;
  readonly evictions?: number;
  readonly memoryBytes?: number;
}

/** What can be done with a cache by its name. */
export interface CacheControls {
  readonly stats?: () => CacheStats | Promise<CacheStats>;
  /** Fills it; may return how many entries that were. */
  readonly warm?: () => unknown;
  /** Empties it; may return how many entries that were. */
  readonly clear?: () => unknown;
}

/** What became of one of a cache's controls. */
export type ControlOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Error };

/** A registered cache, as a command line or page uses it. No method of it throws or rejects. */
export interface RegisteredCache {
  readonly name: string;
  /** `hitRatio` is added where there are hits or misses to make it of. */
  readonly stats: (() => Promise<ControlOutcome<CacheStats & { readonly hitRatio?: number }>>) | undefined;
  /** The number of entries where the cache told it. */
  readonly warm: (() => Promise<ControlOutcome<number | undefined>>) | undefined;
  /** The number of entries where the cache told it. */
  readonly clear: (() => Promise<ControlOutcome<number | undefined>>) | undefined;
}

const STATS = ['entries', 'hits', 'misses', 'evictions', 'memoryBytes'] as const;
const CONTROLS = ['stats', 'warm', 'clear'] as const;
const NAME = /^[A-Za-z0-9_][\w.:/-]{0,63}$/;

/** Shared by all copies of Telltale in the process. */
const KEY = Symbol.for('telltale.v1.caches');
const home = globalThis as { [KEY]?: Map<string, CacheControls> };
const caches = (home[KEY] ??= new Map());

/**
 * Makes a cache known by name to whoever asks the process for its caches: its figures, filling it, emptying it. A cache
 * of the same name takes the place of the one before. Returns the function that takes it back.
 *
 * @throws {TelltaleError} on a name that is not a word, and on controls that are not functions.
 *
 * @example
 * registerCache('products', {
 *   stats: () => ({ entries: products.size }),
 *   warm: async () => load(await bestSellers()),
 *   clear: () => products.clear(),
 * });
 */
export function registerCache(name: string, controls: CacheControls): () => void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new TelltaleError(
      'cache',
      'registerCache was given a name that is not a word of at most 64 letters, digits and _.:/-, as "products" is.',
    );
  }
  const wrong = Object.entries(controls ?? {}).find(
    ([key, control]) => !CONTROLS.includes(key as never) || (control !== undefined && typeof control !== 'function'),
  );
  if (wrong !== undefined || !CONTROLS.some((key) => controls?.[key] !== undefined)) {
    throw new TelltaleError(
      'cache',
      `registerCache was given ${wrong === undefined ? 'nothing' : `"${wrong[0]}"`} for the cache ${name}: it takes one or more of the functions ${CONTROLS.join(', ')}.`,
    );
  }
  const own = { ...controls };
  caches.set(name, own);
  return () => {
    if (caches.get(name) === own) caches.delete(name);
  };
}

/** The caches that are registered now, by name. */
export function registeredCaches(): readonly RegisteredCache[] {
  return [...caches]
    .map(([name, { stats, warm, clear }]) => ({
      name,
      stats: stats && (() => attempt(name, 'stats', async () => readStats(name, await stats()))),
      warm: warm && (() => attempt(name, 'warm', async () => count(await warm()))),
      clear: clear && (() => attempt(name, 'clear', async () => count(await clear()))),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function attempt<T>(name: string, control: string, fn: () => Promise<T>): Promise<ControlOutcome<T>> {
  try {
    return { ok: true, value: await fn() };
  } catch (cause) {
    if (cause instanceof TelltaleError) return { ok: false, error: cause };
    return { ok: false, error: new TelltaleError('cache', `${control} of the cache ${name} failed.`, { cause }) };
  }
}

function readStats(name: string, raw: unknown): CacheStats & { readonly hitRatio?: number } {
  if (typeof raw !== 'object' || raw === null) {
    throw new TelltaleError('cache', `stats of the cache ${name} returned no object with ${STATS.join(', ')}.`);
  }
  const stats: Partial<Record<(typeof STATS)[number], number>> = {};
  for (const key of STATS) {
    const value = (raw as Record<string, unknown>)[key];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new TelltaleError(
        'cache',
        `stats of the cache ${name} returned for ${key} no finite number of zero or more.`,
      );
    }
    stats[key] = value;
  }
  const { hits = 0, misses = 0 } = stats;
  return hits + misses > 0 ? { ...stats, hitRatio: hits / (hits + misses) } : stats;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
