import type { Monitor } from '@telltale/core';
import { type EndpointPath, Endpoints, type FurtherPages } from './endpoints.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { HttpConfig } from './options.ts';

const PATHS: readonly EndpointPath[] = ['/metrics', '/health', '/ready', '/live'];

/**
 * What Telltale answers on a service's own port: everything, or with `metricsPort` the probes alone, and the rest on
 * that port.
 */
export function openEndpoints(
  monitor: Monitor,
  { metricsPort, metricsHost, token }: HttpConfig,
  further?: FurtherPages,
): Endpoints {
  if (metricsPort === undefined) return new Endpoints(monitor, { token, paths: PATHS, further, shared: true });
  const all = new Endpoints(monitor, { token, paths: PATHS, further, shared: false });
  startMetricsServer(monitor, { port: metricsPort, host: metricsHost }, all);
  return new Endpoints(monitor, { token, paths: PATHS.filter((path) => path !== '/metrics'), shared: true });
}
