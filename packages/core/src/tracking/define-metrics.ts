import { TelltaleError } from '../errors.ts';
import type { Monitor } from '../monitor.ts';
import type { Counter } from '../registry/counter.ts';
import type { Gauge } from '../registry/gauge.ts';
import type { Histogram } from '../registry/histogram.ts';
import type { Instruments } from '../registry/instruments.ts';
import { metricName } from './metric-name.ts';
import { fromTheStart, silentInstruments } from './per-monitor.ts';

/** One metric of the user's own. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** @default the key in snake_case, with `_total` for a counter */
  readonly name?: string;
  /** Label names. @default [] */
  readonly labels?: readonly string[];
  /** Of a histogram: upper bounds, ascending. @default DEFAULT_BUCKETS */
  readonly buckets?: readonly number[];
  /** @default the monitor's own limit (2,000) */
  readonly seriesLimit?: number;
}

type LabelsOf<D extends MetricDefinition> = D extends { readonly labels: infer L extends readonly string[] }
  ? L
  : readonly [];

/** The instrument that a definition becomes. */
export type DefinedMetric<D extends MetricDefinition> = D['type'] extends 'counter'
  ? Counter<LabelsOf<D>>
  : D['type'] extends 'gauge'
    ? Gauge<LabelsOf<D>>
    : Histogram<LabelsOf<D>>;

/** What `defineMetrics` returns: an instrument for each key. */
export type DefinedMetrics<D extends Readonly<Record<string, MetricDefinition>>> = {
  readonly [K in keyof D]: DefinedMetric<D[K]>;
};

/**
 * Defines metrics of one's own, with label names that the compiler checks. It may stand at the top of a module:
 * the metrics appear as soon as there is a monitor, those without labels at zero. Each instrument is looked up when
 * its key is read, so that `metrics.orders.inc()` follows the default monitor; one taken out of the object does not.
 *
 * @throws {TelltaleError} if a definition cannot be used. A name that another library's metric already has is
 * reported instead, and nothing is counted.
 *
 * @example
 * const metrics = defineMetrics({
 *   campaignsCreated: { type: 'counter', help: 'Campaigns created.', labels: ['platform'] },
 *   trainingLoss: { type: 'gauge', help: 'Loss of the last training run.' },
 * });
 * metrics.campaignsCreated.inc({ platform: 'search' }); // campaigns_created_total{platform="search"}
 */
export function defineMetrics<const D extends Readonly<Record<string, MetricDefinition>>>(
  definitions: D,
  options: { readonly monitor?: Monitor } = {},
): DefinedMetrics<D> {
  const metrics = {};
  for (const [key, definition] of Object.entries(definitions)) {
    const make = (instruments: Instruments) => makeInstrument(instruments, key, definition);
    // Whatever is wrong with the definition itself comes to light here, where its author sees it.
    make(silentInstruments);
    Object.defineProperty(metrics, key, { get: fromTheStart(options.monitor, make), enumerable: true });
  }
  return metrics as DefinedMetrics<D>;
}

function makeInstrument(instruments: Instruments, key: string, definition: MetricDefinition) {
  const { type, help, labels: labelNames = [], buckets, seriesLimit } = definition;
  if (type !== 'counter' && type !== 'gauge' && type !== 'histogram') {
    const problem = `type is ${JSON.stringify(type)}, and must be counter, gauge or histogram`;
    throw new TelltaleError('tracking', `Cannot define the metric ${JSON.stringify(key)}: ${problem}.`);
  }
  const name = definition.name ?? metricName(key, type === 'counter' ? '_total' : '');
  return instruments[type]({ name, help, labelNames, seriesLimit, buckets });
}
