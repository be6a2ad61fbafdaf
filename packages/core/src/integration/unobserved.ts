/** Shared by all copies of Telltale in a process. */
const STATE = Symbol.for('telltale.v1.unobserved');

const state: { depth: number } = ((globalThis as { [STATE]?: { depth: number } })[STATE] ??= { depth: 0 });

/**
 * Calls `fn`, which asks a library something for Telltale itself: what observes that library for the service leaves out
 * the calls that are made before `fn` returns, not those that are made later. Returns and throws what `fn` does.
 *
 * @example
 * const length = await unobserved(() => redis.llen(key));
 */
export function unobserved<T>(fn: () => T): T {
  state.depth++;
  try {
    return fn();
  } finally {
    state.depth--;
  }
}

/** Whether a call that is made now is Telltale's own. */
export function isUnobserved(): boolean {
  return state.depth > 0;
}
