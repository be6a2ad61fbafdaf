const DISPOSE = Symbol.for('telltale.v1.ai-instrumented');

type Instrumented = { [DISPOSE]?: () => void };

/** What cannot carry a mark: a module. */
const sealed = new WeakMap<object, () => void>();

/** Whether some copy of Telltale observes this object already. */
export function isInstrumented(thing: object): boolean {
  return (thing as Instrumented)[DISPOSE] !== undefined || sealed.has(thing);
}

/** Notes that an object is observed, and how to end that. */
export function markInstrumented(thing: object, dispose: () => void): void {
  if (!Object.isExtensible(thing)) sealed.set(thing, dispose);
  else Object.defineProperty(thing, DISPOSE, { value: dispose, configurable: true, enumerable: false });
}

/**
 * Ends what a `monitor…` function of this package began for a client, a model or the module `ai`; it is then as it was
 * before. Calls that run are still told. Changes nothing where nothing was begun.
 */
export function unmonitorAI(thing: object): void {
  const dispose = (thing as Instrumented)[DISPOSE] ?? sealed.get(thing);
  if (!sealed.delete(thing)) delete (thing as Instrumented)[DISPOSE];
  dispose?.();
}

/** Puts a value in the place of a property, unseen by whoever lists an object's keys unless it was seen before. */
export function override(thing: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(thing, name);
  Object.defineProperty(thing, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if ((thing as Record<string, unknown>)[name] !== value) return;
    if (before === undefined) delete (thing as Record<string, unknown>)[name];
    else Object.defineProperty(thing, name, before);
  };
}
