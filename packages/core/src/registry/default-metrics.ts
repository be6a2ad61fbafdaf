import promClient from 'prom-client';
import type { PrometheusRegistry } from './instruments.ts';

/**
 * prom-client's sums over types, which are gauges that end in `_total`: against Prometheus's naming rules, and
 * `sum(nodejs_active_resources)` says the same.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * prom-client's `process_*` and `nodejs_*` metrics, in a registry of their own: a service may still collect them into
 * its own registry, which would refuse a name that it has already. `undefined` where `registry` has them.
 */
export function collectDefaultMetrics(registry: PrometheusRegistry): PrometheusRegistry | undefined {
  if (registry.getSingleMetric('process_cpu_seconds_total') !== undefined) return undefined;
  const own = new promClient.Registry();
  promClient.collectDefaultMetrics({ register: own });
  for (const name of MISNAMED) own.removeSingleMetric(name);
  return own;
}
