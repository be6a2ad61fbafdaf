import { type Counter, type Gauge, type Histogram, type Monitor, monitorPart } from '@telltale/core';
import { CacheReadings } from './cache-readings.ts';
import { cacheMetrics } from './metrics.ts';

/** The instruments of one monitor, and what is read for them at each scrape. */
export interface CacheInstruments {
  readonly operations: Counter<readonly ['cache', 'operation', 'result']>;
  readonly duration: Histogram<readonly ['cache', 'operation']>;
  readonly hits: Counter<readonly ['cache', 'prefix']>;
  readonly misses: Counter<readonly ['cache', 'prefix']>;
  readonly errors: Counter<readonly ['cache', 'code']>;
  readonly slow: Counter<readonly ['cache', 'operation']>;
  readonly stampedes: Counter<readonly ['cache', 'prefix']>;
  readonly reconnects: Counter<readonly ['cache']>;
  readonly evictions: Counter<readonly ['cache']>;
  readonly readings: CacheReadings;
}

/** The gauges that are set from what is read. */
export interface ReadInstruments {
  readonly connections: Gauge<readonly ['cache']>;
  readonly entries: Gauge<readonly ['cache']>;
  readonly memory: Gauge<readonly ['cache']>;
  readonly size: Gauge<readonly ['cache']>;
  readonly evictions: Counter<readonly ['cache']>;
}

/**
 * The cache instruments of a monitor, made when they are first asked for.
 *
 * @throws {TelltaleError} where another library's metric has one of their names.
 */
export const cacheInstruments: (monitor: Monitor) => CacheInstruments = monitorPart('cache', make);

function make(monitor: Monitor): CacheInstruments {
  const { instruments } = monitor;
  const readings = new CacheReadings(monitor);
  const collect = (): Promise<void> => readings.collect();
  const evictions = instruments.counter({ ...cacheMetrics.evictions, collect });
  readings.fill({
    connections: instruments.gauge({ ...cacheMetrics.connections, collect }),
    entries: instruments.gauge({ ...cacheMetrics.entries, collect }),
    memory: instruments.gauge({ ...cacheMetrics.memory, collect }),
    size: instruments.gauge({ ...cacheMetrics.size, collect }),
    evictions,
  });
  return {
    operations: instruments.counter(cacheMetrics.operations),
    duration: instruments.histogram(cacheMetrics.duration),
    hits: instruments.counter(cacheMetrics.hits),
    misses: instruments.counter(cacheMetrics.misses),
    errors: instruments.counter(cacheMetrics.errors),
    slow: instruments.counter(cacheMetrics.slow),
    stampedes: instruments.counter(cacheMetrics.stampedes),
    reconnects: instruments.counter(cacheMetrics.reconnects),
    evictions,
    readings,
  };
}
