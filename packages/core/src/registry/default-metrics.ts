import promClient from 'prom-client';
import type { PrometheusRegistry } from './instruments.ts';

/**
 * prom-client's sums over types, which are gauges that end in `_total`: against Prometheus's naming rules, and
 * `sum(nodejs_active_resources)` says the same.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * prom-client's `process_*` and `nodejs_*` metrics, unless the registry has them already. Returns the function that
 * takes them out again.
 */
export function collectDefaultMetrics(registry: PrometheusRegistry): () => void {
  if (registry.getSingleMetric('process_cpu_seconds_total') !== undefined) return () => {};
  const before = new Set(registry.getMetricsAsArray());
  promClient.collectDefaultMetrics({ register: registry as promClient.Registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const added = (registry.getMetricsAsArray() as { name: string }[]).filter((metric) => !before.has(metric));
  return () => {
    for (const { name } of added) registry.removeSingleMetric(name);
  };
}
