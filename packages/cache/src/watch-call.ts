import { types } from 'node:util';

/**
 * Tells how a call ended: at once for a value, later for a promise. What is returned has the same outcome. A plain
 * promise is handed on as another, since one that is only listened to would hide a rejection that nobody handles;
 * anything else with a `then` is left alone. The listeners must not throw.
 */
export function watchCall<R>(call: () => R, succeeded: (value: unknown) => void, failed: (error: unknown) => void): R {
  let result: R;
  try {
    result = call();
  } catch (error) {
    failed(error);
    throw error;
  }
  if (!types.isPromise(result) || Object.getPrototypeOf(result) !== Promise.prototype) {
    succeeded(result);
    return result;
  }
  return result.then(
    (value) => {
      succeeded(value);
      return value;
    },
    (error) => {
      failed(error);
      throw error;
    },
  ) as R;
}
