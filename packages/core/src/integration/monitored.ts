import type { Monitor } from '../monitor.ts';

/** On whatever is monitored, whichever installed copy does it: the function that ends that. */
const END = Symbol.for('telltale.v1.monitored');

type Monitored = object & { [END]?: () => void };

/** The same for what takes no property: a module, a frozen object. */
const ends = new WeakMap<object, () => void>();

/** What a monitor ends when it is closed; it keeps none of it alive. */
const living = new WeakMap<Monitor, Set<WeakRef<object>>>();

const collected = new FinalizationRegistry<() => void>((forget) => forget());

/** Whether some copy of Telltale observes this object already. */
export function isMonitored(thing: object): boolean {
  return (thing as Monitored)[END] !== undefined || ends.has(thing);
}

/**
 * Notes that `thing` is observed, and that `end` gives it back as it was. It is called once: by the function that this
 * returns, by {@link unmonitor}, or when the monitor is closed, the latest first; what it throws is reported. Neither the
 * monitor nor this note keeps `thing` from being collected, as long as `end` is held by nobody else.
 *
 * @example
 * if (!isMonitored(pool)) markMonitored(pool, monitor, replaceMethod(pool, 'query', observing));
 */
export function markMonitored(thing: object, monitor: Monitor, end: () => void): () => void {
  const forget = noteLiving(thing, monitor);
  let over = false;
  const endOnce = (): void => {
    if (over) return;
    over = true;
    forget();
    if (!ends.delete(thing)) Reflect.deleteProperty(thing, END);
    monitor.errors.guard('monitor', end, undefined);
  };
  if (Object.isExtensible(thing)) Object.defineProperty(thing, END, { value: endOnce, configurable: true });
  else ends.set(thing, endOnce);
  return endOnce;
}

/**
 * Ends what any `monitor…` function began for this object; it is then as it was before. What runs is still told. Does
 * nothing, and says `false`, where nothing was begun.
 *
 * @example
 * unmonitor(pool);
 */
export function unmonitor(thing: object): boolean {
  const end = (thing as Monitored)[END] ?? ends.get(thing);
  end?.();
  return end !== undefined;
}

/** By itself, for functions made side by side keep each other's surroundings, the object among them. */
function noteLiving(thing: object, monitor: Monitor): () => void {
  const reference = new WeakRef(thing);
  const all = livingOf(monitor);
  all.add(reference);
  const forget = forgetting(all, reference);
  collected.register(thing, forget);
  return forget;
}

function forgetting(all: Set<WeakRef<object>>, reference: WeakRef<object>): () => void {
  return () => void all.delete(reference);
}

function livingOf(monitor: Monitor): Set<WeakRef<object>> {
  let all = living.get(monitor);
  if (all === undefined) {
    living.set(monitor, (all = new Set()));
    monitor.onClose(endingAll(all));
  }
  return all;
}

function endingAll(all: ReadonlySet<WeakRef<object>>): () => void {
  return () => {
    for (const reference of [...all].reverse()) {
      const thing = reference.deref();
      if (thing !== undefined) unmonitor(thing);
    }
  };
}
