import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from './context/context.ts';
import type { Monitor } from './monitor.ts';

/** What every copy of Telltale in this process shares. The version in the name changes with the shape. */
interface Slot {
  storage?: AsyncLocalStorage<Context>;
  monitor?: Monitor | undefined;
  /** The monitor was made for want of another, and takes the first configuration that it is given. */
  provisional?: boolean;
  /** What is to be done when there is a default monitor. */
  waiting?: ((monitor: Monitor) => void)[] | undefined;
}

const KEY = Symbol.for('telltale.v1');
const home = globalThis as { [KEY]?: Slot };

export const slot: Slot = (home[KEY] ??= {});
