import { defaultMonitor, type Monitor } from '../monitor.ts';
import type { Counter } from '../registry/counter.ts';
import type { Gauge } from '../registry/gauge.ts';
import type { Histogram } from '../registry/histogram.ts';
import type { Instruments } from '../registry/instruments.ts';
import { metricName } from './metric-name.ts';
import { trackingMetrics } from './metrics.ts';
import { makeOrSilence } from './per-monitor.ts';

/**
 * Metrics made up on the way, under one prefix. Names are made valid, and `_seconds` or `_total` put on where it is
 * missing. Asking again for a name gives the same instrument; a name that something else has gives a silent one.
 *
 * @example
 * const tracker = new MetricTracker('image.import');
 * const done = tracker.timer('preprocessing').startTimer(); // image_import_preprocessing_seconds
 * tracker.counter('itemsProcessed').inc(10); // image_import_items_processed_total
 * tracker.gauge('queue size').set(5); // image_import_queue_size
 * done();
 */
export class MetricTracker {
  readonly #prefix: string;
  readonly #monitor: Monitor | undefined;

  constructor(prefix: string, options: { readonly monitor?: Monitor } = {}) {
    this.#prefix = prefix;
    this.#monitor = options.monitor;
  }

  /** A histogram of seconds. */
  timer(name: string): Histogram<readonly []> {
    const { buckets } = trackingMetrics.functionDuration;
    return this.#make((instruments) => instruments.histogram({ ...this.#describe(name, '_seconds'), buckets }));
  }

  counter(name: string): Counter<readonly []> {
    return this.#make((instruments) => instruments.counter(this.#describe(name, '_total')));
  }

  gauge(name: string): Gauge<readonly []> {
    return this.#make((instruments) => instruments.gauge(this.#describe(name)));
  }

  #make<T>(make: (instruments: Instruments) => T): T {
    return makeOrSilence(this.#monitor ?? defaultMonitor(), make);
  }

  #describe(name: string, suffix?: string): { readonly name: string; readonly help: string } {
    return { name: metricName(`${this.#prefix}_${name}`, suffix), help: `${name} of ${this.#prefix}.` };
  }
}
