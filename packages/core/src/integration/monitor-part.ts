import type { Monitor } from '../monitor.ts';

/**
 * What a domain makes once for each monitor, when it is first asked for: its instruments, and what their gauges read. It
 * is kept on the monitor, so that two installed copies of Telltale share it. What `make` throws is thrown, and the next to
 * ask tries again.
 *
 * @example
 * export const cacheInstruments = monitorPart('cache', ({ instruments }) => ({
 *   hits: instruments.counter(cacheMetrics.hits),
 * }));
 */
export function monitorPart<T>(name: string, make: (monitor: Monitor) => T): (monitor: Monitor) => T {
  const key = Symbol.for(`telltale.v1.part.${name}`);
  return (monitor) => {
    const home = monitor as unknown as Record<symbol, { readonly part: T } | undefined>;
    const known = home[key];
    if (known !== undefined) return known.part;
    const part = make(monitor);
    Object.defineProperty(monitor, key, { value: { part } });
    return part;
  };
}
