const DISPOSE = Symbol.for('telltale.v1.ai-instrumented');

type Instrumented = { [DISPOSE]?: () => void };

/** Whether some copy of Telltale observes this object already. */
export function isInstrumented(thing: object): boolean {
  return (thing as Instrumented)[DISPOSE] !== undefined;
}

/** Notes that an object is observed, and how to end that. */
export function markInstrumented(thing: object, dispose: () => void): void {
  Object.defineProperty(thing, DISPOSE, { value: dispose, configurable: true, enumerable: false });
}

/** Ends the observation of a client that a `monitor…` function of this package was given; it is then as it was before. */
export function unmonitorAI(thing: object): void {
  const { [DISPOSE]: dispose } = thing as Instrumented;
  if (dispose === undefined) return;
  delete (thing as Instrumented)[DISPOSE];
  dispose();
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
