import { defaultMonitor, type Monitor } from '@telltale/core';
import { type QueueDomain, queueDomain } from './queue-domain.ts';

/** Shared by all copies of Telltale in a process: the first that is given an object instruments it. */
const UNDO = Symbol.for('telltale.v1.queue');

type Instrumented = { [UNDO]?: () => void };

/** Takes what an instrumentation has to put back when it ends. */
export type Undo = (putBack: () => void) => void;

const closersOfTheCollected = new FinalizationRegistry<() => void>((removeCloser) => removeCloser());

/**
 * Instruments an object once and returns it. Where that fails, or the monitor is disabled, it is returned as it was.
 * All is put back when the monitor is closed, or when the function is called that `instrument` gets.
 */
export function instrumentOnce<T extends object>(
  thing: T,
  given: Monitor | undefined,
  instrument: (domain: QueueDomain, undo: Undo, end: () => void) => void,
): T {
  const monitor = given ?? defaultMonitor();
  if (!monitor.enabled || (thing as Instrumented)[UNDO] !== undefined) return thing;
  const undone: (() => void)[] = [];
  const reference = new WeakRef(thing);
  let removeCloser = (): void => {};
  const end = (): void => {
    removeCloser();
    for (const putBack of undone.splice(0).reverse()) monitor.errors.guard('queue', putBack, undefined);
    const left = reference.deref() as Instrumented | undefined;
    if (left !== undefined) delete left[UNDO];
  };
  try {
    const domain = queueDomain(monitor);
    removeCloser = monitor.onClose(() => (reference.deref() as Instrumented | undefined)?.[UNDO]?.());
    Object.defineProperty(thing, UNDO, { value: end, configurable: true });
    instrument(domain, (putBack) => undone.push(putBack), end);
    closersOfTheCollected.register(thing, removeCloser);
  } catch (error) {
    monitor.errors.report('queue', error);
    end();
  }
  return thing;
}

/**
 * Puts a method of this one object in the place of its own, found by neither `Object.keys` nor a spread.
 * It goes away again unless somebody has put another over it.
 */
export function replaceMethod<F extends (...args: never[]) => unknown>(
  thing: object,
  name: string,
  wrap: (original: F) => F,
  undo: Undo,
): void {
  const before = Object.getOwnPropertyDescriptor(thing, name);
  const original = (thing as Record<string, unknown>)[name];
  if (typeof original !== 'function') throw new TypeError(`It has no method ${name}.`);
  const value = wrap(original as F);
  Object.defineProperty(value, 'name', { value: original.name, configurable: true });
  Object.defineProperty(value, 'length', { value: original.length, configurable: true });
  Object.defineProperty(thing, name, { value, configurable: true, writable: true, enumerable: false });
  undo(() => {
    if (Object.getOwnPropertyDescriptor(thing, name)?.value !== value) return;
    if (before === undefined) delete (thing as Record<string, unknown>)[name];
    else Object.defineProperty(thing, name, before);
  });
}
