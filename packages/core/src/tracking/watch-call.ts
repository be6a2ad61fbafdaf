import { types } from 'node:util';

/** How a call ended: what it returned (of a promise, its value), or what it threw. */
export type CallEnd =
  | { readonly failed: false; readonly value: unknown }
  | { readonly failed: true; readonly error: unknown };

/**
 * Calls `call` and tells `ended` once how that ended, at once or when its promise settles. Returns and throws what
 * `call` does. `ended` must not throw.
 *
 * A plain promise is handed on as one of the same outcome: were it only listened to, a rejection that nobody
 * handles would count as handled. Anything else with a `then` is left alone, since with many (query builders)
 * asking is what starts the work; it counts as ended when it is returned.
 */
export function watchCall<R>(call: () => R, ended: (end: CallEnd) => void): R {
  let result: R;
  try {
    result = call();
  } catch (error) {
    ended({ failed: true, error });
    throw error;
  }
  if (!isPlainPromise(result)) {
    ended({ failed: false, value: result });
    return result;
  }
  return result.then(
    (value) => {
      ended({ failed: false, value });
      return value;
    },
    (error) => {
      ended({ failed: true, error });
      throw error;
    },
  ) as R;
}

/**
 * What somebody waits for, as {@link watchCall} can tell the end of it: anything with a `then` as a plain promise of the
 * same outcome, and so begun where it only begins when it is asked (a query builder); all else as it is.
 */
export function asPlainPromise<R>(result: R): R {
  const { then } = (result ?? {}) as { readonly then?: unknown };
  if (typeof then !== 'function' || isPlainPromise(result)) return result;
  return new Promise((resolve) => resolve(result)) as R;
}

/** Whether it is a promise and nothing more: no subclass, nothing put on it but what Node 22 notes by symbols. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!types.isPromise(value) || Object.getPrototypeOf(value) !== Promise.prototype) return false;
  return Object.getOwnPropertyNames(value).length === 0;
}
