import type { Monitor } from '@telltale/core';

/** On what is monitored, whichever installed copy does it: the function that ends it. */
const MONITORED = Symbol.for('telltale.v1.cache');

type Monitored = object & { [MONITORED]?: () => void };

/** What a monitor ends when it is closed, unless it is gone by then; it keeps none of it alive. */
const endings = new WeakMap<Monitor, Set<WeakRef<Monitored>>>();

/** Those that are gone are forgotten each time that so many more have come. */
const SWEEP_EVERY = 64;

/** Whether a client or cache is monitored already. */
export function isMonitored(thing: Monitored): boolean {
  return thing[MONITORED] !== undefined;
}

/** Notes that `thing` is monitored until `dispose` is called: by its own property, or when the monitor is closed. */
export function markMonitored(thing: Monitored, monitor: Monitor, dispose: () => void): void {
  const reference = new WeakRef(thing);
  let living = endings.get(monitor);
  if (living === undefined) {
    const begun = (living = new Set());
    endings.set(monitor, begun);
    monitor.onClose(() => {
      for (const each of begun) each.deref()?.[MONITORED]?.();
    });
  }
  if (living.size % SWEEP_EVERY === SWEEP_EVERY - 1) {
    for (const each of living) if (each.deref() === undefined) living.delete(each);
  }
  living.add(reference);
  const end = (): void => {
    living.delete(reference);
    delete thing[MONITORED];
    dispose();
  };
  Object.defineProperty(thing, MONITORED, { value: end, configurable: true });
}
