import type { Monitor } from '@telltale/core';
import { type EndpointPath, Endpoints } from './endpoints.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { HttpConfig } from './options.ts';

const PATHS: readonly EndpointPath[] = ['/metrics', '/health', '/ready', '/live'];

/**
 * What Telltale answers on a service's own port: everything, or with `metricsPort` everything but `/metrics`, which is
 * then served on that port.
 */
export function openEndpoints(monitor: Monitor, { metricsPort, token }: HttpConfig): Endpoints {
  if (metricsPort === undefined) return new Endpoints(monitor, token, PATHS);
  startMetricsServer(monitor, metricsPort, new Endpoints(monitor, token, PATHS));
  return new Endpoints(
    monitor,
    token,
    PATHS.filter((path) => path !== '/metrics'),
  );
}
