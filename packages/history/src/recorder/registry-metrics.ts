import type { Counter, Gauge, Histogram, PrometheusRegistry } from '@telltale/core';

/** An instrument of Telltale's, read without a copy. */
export type Instrument = Counter | Gauge | Histogram;

/** One value of a metric of another library, in prom-client's protocol. */
interface ForeignValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** The labels of a series of a histogram or summary, apart from `le` and `quantile`. */
  readonly sharedLabels?: Readonly<Record<string, unknown>>;
}

/** A metric of another library: anything that speaks prom-client's protocol. */
export interface ForeignMetric {
  readonly name: string;
  get(): Promise<ForeignReading> | ForeignReading;
}

interface ForeignReading {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values?: readonly ForeignValue[];
}

/** A metric and the registry it was found in. */
export interface Registered {
  readonly metric: Instrument | ForeignMetric;
  readonly registry: PrometheusRegistry;
}

/** Marks an instrument of ours, whichever installed copy it is from. */
const INSTRUMENT: symbol = Symbol.for('telltale.v1.instrument');

/** Whether the metric is one of Telltale's. */
export function isInstrument(metric: Instrument | ForeignMetric): metric is Instrument {
  return INSTRUMENT in metric;
}

/** Every metric of the registries; of a name that stands in several, the first, as a scrape shows it. */
export function metricsOf(registries: readonly PrometheusRegistry[]): readonly Registered[] {
  const metrics = new Map<string, Registered>();
  for (const registry of registries) {
    for (const metric of registry.getMetricsAsArray() as readonly (Instrument | ForeignMetric)[]) {
      if (!metrics.has(metric.name)) metrics.set(metric.name, { metric, registry });
    }
  }
  return [...metrics.values()];
}

/** A registry's own default labels, which prom-client and its successor offer no way to read. */
export function defaultLabelsOf(registry: PrometheusRegistry): Readonly<Record<string, string>> {
  return (registry as { _defaultLabels?: Record<string, string> })._defaultLabels ?? {};
}
