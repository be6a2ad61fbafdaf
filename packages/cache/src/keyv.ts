import { replaceMethod } from '@telltale/core';
import type { CacheObserver } from './observe-cache.ts';
import { foundEach, manyKeys, oneKey, type WatchedMethod, watchMethods } from './watch-methods.ts';

/** A list of keys is handed to the method for many. */
const unlessMany = (args: readonly unknown[]): readonly unknown[] | undefined =>
  Array.isArray(args[0]) ? undefined : oneKey(args);

const METHODS: readonly WatchedMethod[] = [
  { method: 'get', operation: 'get', keys: unlessMany },
  { method: 'getMany', operation: 'get_many', keys: manyKeys, found: foundEach },
  { method: 'getRaw', operation: 'get', keys: oneKey },
  { method: 'getManyRaw', operation: 'get_many', keys: manyKeys, found: foundEach },
  { method: 'set', operation: 'set', stores: true, refused: (value) => value === false },
  { method: 'setMany', operation: 'set_many' },
  { method: 'delete', operation: 'delete' },
  { method: 'deleteMany', operation: 'delete_many' },
  { method: 'has', operation: 'has' },
  { method: 'clear', operation: 'clear' },
];

/** Whether it is a `Keyv` of keyv 5 or 6. */
export function isKeyv(cache: object): boolean {
  const { get, set, getMany, deleteMany, iterator, store } = cache as Record<string, unknown>;
  return (
    [get, set, getMany, deleteMany].every((method) => typeof method === 'function') &&
    (typeof iterator === 'function' || iterator === undefined) &&
    typeof store === 'object'
  );
}

/**
 * Observes the methods of one `Keyv`. It turns a failure of its store into an event and a missing value or `false`: the
 * event counts as an error, and the call as what its caller sees, but for a `set` that did not.
 */
export function watchKeyv(cache: object, observer: CacheObserver): (() => void)[] {
  return [...watchMethods(cache, observer, METHODS, true), watchErrorEvents(cache, observer)];
}

/** Of an `emit` rather than by a listener, whose presence would change what happens to the error. */
function watchErrorEvents(cache: object, observer: CacheObserver): () => void {
  return replaceMethod(
    cache,
    'emit',
    (emit) =>
      function (event: unknown, ...rest: unknown[]) {
        if (event === 'error') observer.errorEmitted(rest[0]);
        return emit.call(this, event, ...rest);
      },
  );
}
