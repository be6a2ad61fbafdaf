import { defaultMonitor, type Monitor } from '../monitor.ts';
import type { Counter } from '../registry/counter.ts';
import type { Gauge } from '../registry/gauge.ts';
import type { Histogram } from '../registry/histogram.ts';
import type { Instruments } from '../registry/instruments.ts';
import { metricName } from './metric-name.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';

/**
 * Metrics made up on the way, under one prefix. Names are made valid, and `_seconds` or `_total` put on where it is
 * missing. Asking again for the same name gives the same instrument.
 *
 * @example
 * const tracker = new MetricTracker('image.import');
 * const done = tracker.timer('preprocessing').startTimer();
 * tracker.counter('itemsProcessed').inc(10); // image_import_items_processed_total
 * tracker.gauge('queue size').set(5);
 * done();
 */
export class MetricTracker {
  readonly #prefix: string;
  readonly #monitor: Monitor | undefined;
  readonly #made = new Map<string, (monitor: Monitor) => Counter<[]> | Gauge<[]> | Histogram<[]>>();

  constructor(prefix: string, options: { readonly monitor?: Monitor } = {}) {
    this.#prefix = prefix;
    this.#monitor = options.monitor;
  }

  /** A histogram of seconds; `startTimer()` starts a clock. */
  timer(name: string): Histogram<[]> {
    const { buckets } = trackingMetrics.functionDuration;
    return this.#instrument(metricName(`${this.#prefix}_${name}`, '_seconds'), (full, instruments) =>
      instruments.histogram({ name: full, help: this.#help(name), labelNames: [], buckets }),
    );
  }

  counter(name: string): Counter<[]> {
    return this.#instrument(metricName(`${this.#prefix}_${name}`, '_total'), (full, instruments) =>
      instruments.counter({ name: full, help: this.#help(name), labelNames: [] }),
    );
  }

  gauge(name: string): Gauge<[]> {
    return this.#instrument(metricName(`${this.#prefix}_${name}`), (full, instruments) =>
      instruments.gauge({ name: full, help: this.#help(name), labelNames: [] }),
    );
  }
}
