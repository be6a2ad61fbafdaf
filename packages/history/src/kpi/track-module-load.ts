import { defaultMonitor, labelWord, type Monitor } from '@telltale/core';
import { effectivenessOf } from './instruments.ts';

/** What else is said of a module. */
export interface TrackModuleLoadOptions<T> {
  /** Stands in for a module that cannot be loaded; without it the module's error is thrown. */
  readonly fallback?: (error: unknown) => T | Promise<T>;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * Times the loading of a module that is loaded when it is first needed, and counts the times that something else had
 * to stand in for it. `module` is its name. What `load` gives or throws is passed on as it is.
 *
 * @example
 * const resize = await trackModuleLoad('sharp', () => import('sharp'), { fallback: () => import('./plain.js') });
 */
export async function trackModuleLoad<T>(
  module: string,
  load: () => T | Promise<T>,
  options: TrackModuleLoadOptions<T> = {},
): Promise<T> {
  const { fallback, monitor = defaultMonitor() } = options;
  const start = monitor.config.clock.monotonic();
  begin(monitor, module);
  let loaded: T;
  try {
    loaded = await load();
  } catch (error) {
    record(monitor, module, start, fallback === undefined ? 'error' : 'fallback');
    if (fallback === undefined) throw error;
    return fallback(error);
  }
  record(monitor, module, start, 'success');
  return loaded;
}

/** The series are there before anything is counted, so that it is seen to rise. */
function begin(monitor: Monitor, module: string): void {
  if (!monitor.enabled) return;
  const begun = (): void => {
    const { moduleLoads, fallbacks } = effectivenessOf(monitor);
    const name = labelWord(module);
    moduleLoads.labels(name, 'success');
    fallbacks.labels(name).inc(0);
  };
  monitor.errors.guard('kpi', begun, undefined);
}

function record(monitor: Monitor, module: string, start: number, outcome: 'success' | 'error' | 'fallback'): void {
  if (!monitor.enabled) return;
  const seconds = (monitor.config.clock.monotonic() - start) / 1000;
  const observe = (): void => {
    const { moduleLoads, fallbacks } = effectivenessOf(monitor);
    const name = labelWord(module);
    moduleLoads.labels(name, outcome === 'success' ? 'success' : 'error').observe(seconds);
    fallbacks.labels(name).inc(outcome === 'fallback' ? 1 : 0);
  };
  monitor.errors.guard('kpi', observe, undefined);
}
