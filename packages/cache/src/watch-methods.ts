import { replaceMethod, watchCall } from '@telltale/core';
import type { CacheCall, CacheObserver } from './observe-cache.ts';

/** How a method of a cache library is to be read. */
export interface WatchedMethod {
  readonly method: string;
  /** Its name as a label. */
  readonly operation: string;
  /** Of a method that looks up: the keys among its arguments, or `undefined` where another method does the work. */
  readonly keys?: (args: readonly unknown[]) => readonly unknown[] | undefined;
  /** Of a method that looks up: which keys it found, by what it returned. @default neither undefined nor null */
  readonly found?: (value: unknown, keys: readonly unknown[]) => readonly boolean[];
  /** Of a method that looks up: whether all who miss a key may wait for one value, which somebody makes. */
  readonly sharesLoads?: boolean;
  /** Whether it stores the value of the key that is its first argument. */
  readonly stores?: boolean;
  /** Whether what it returned says that it failed. */
  readonly refused?: (value: unknown) => boolean;
  /** Asked of the cache before the call, where its result does not tell what was found. */
  readonly before?: (key: unknown) => boolean;
}

/** The first argument is the key. */
export const oneKey = (args: readonly unknown[]): readonly unknown[] => [args[0]];

/** The first argument is the keys. */
export const manyKeys = (args: readonly unknown[]): readonly unknown[] =>
  Array.isArray(args[0]) ? (args[0] as unknown[]) : [];

/** One value for each key. */
export function foundEach(value: unknown, keys: readonly unknown[]): readonly boolean[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [];
  return keys.map((_, i) => isThere(values[i]));
}

/** Whether a value stands for something found. */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/**
 * Puts an observing method of its own before each of these methods of one cache, where it has it. `timed` says whether
 * their time is measured: of a look-up in memory the clock would take more than the look-up.
 */
export function watchMethods(
  cache: object,
  observer: CacheObserver,
  methods: readonly WatchedMethod[],
  timed: boolean,
): (() => void)[] {
  return methods
    .filter(({ method }) => typeof (cache as Record<string, unknown>)[method] === 'function')
    .map((watched) => replaceMethod(cache, watched.method, (original) => observed(original, observer, watched, timed)));
}

function observed(
  original: (...args: unknown[]) => unknown,
  observer: CacheObserver,
  { operation, keys: keysOf, found = (value) => [isThere(value)], sharesLoads, stores, refused, before }: WatchedMethod,
  timed: boolean,
): (...args: unknown[]) => unknown {
  const { errors } = observer.monitor;
  return function (this: unknown, ...args: unknown[]): unknown {
    const begun = errors.guard(
      'cache',
      () => {
        const keys = keysOf?.(args);
        if (keysOf !== undefined && keys === undefined) return undefined;
        return {
          call: observer.begin(operation, sharesLoads),
          keys,
          was: before && keys ? keys.map(before) : undefined,
        };
      },
      undefined,
    );
    if (begun === undefined) return original.apply(this, args);
    const { call, keys, was } = begun;
    return watchCall(
      () => original.apply(this, args),
      (end) =>
        errors.guard(
          'cache',
          () => {
            if (end.failed) observer.failed(call, end.error, timed);
            else if (refused?.(end.value)) observer.refused(call, timed);
            else if (stores) observer.stored(call, args[0], timed);
            else ended(observer, call, keys, was ?? (keys && found(end.value, keys)), timed);
          },
          undefined,
        ),
    );
  };
}

function ended(
  observer: CacheObserver,
  call: CacheCall,
  keys: readonly unknown[] | undefined,
  found: readonly boolean[] | undefined,
  timed: boolean,
): void {
  if (keys === undefined || found === undefined) observer.done(call, timed);
  else observer.lookedUp(call, keys, found, timed);
}
