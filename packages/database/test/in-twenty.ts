import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs twenty callers at once and says whether each was called back in its own context. */
export function inTwenty(call: (done: () => void) => void): Promise<boolean[]> {
  const storage = new AsyncLocalStorage<number>();
  const callers = Array.from({ length: 20 }, (_, n) =>
    storage.run(n, () => new Promise<boolean>((resolve) => call(() => resolve(storage.getStore() === n)))),
  );
  return Promise.all(callers);
}

/** Twenty times yes. */
export const ALL: readonly boolean[] = Array.from({ length: 20 }, () => true);
