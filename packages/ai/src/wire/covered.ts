import { AsyncLocalStorage } from 'node:async_hooks';

const key = Symbol.for('telltale.v1.ai-covered');
const shared = globalThis as { [key]?: AsyncLocalStorage<true> };
const storage = (shared[key] ??= new AsyncLocalStorage<true>());

/** Runs what is observed already, so that clients further in, which are observed too, do not count it again. */
export function runCovered<T>(fn: () => T): T {
  return storage.run(true, fn);
}

/** Whether whoever called observes this already. */
export function isCovered(): boolean {
  return storage.getStore() === true;
}
