import { type Monitor, TelltaleError } from '@telltale/core';
import type { Endpoints } from './endpoints.ts';
import { pathOf } from './request-path.ts';

const serving = new WeakSet<Monitor>();

/**
 * Serves Telltale's own paths on a port of their own (without a host, on every address), once for each monitor, until it is closed. It keeps no process
 * alive. A port that cannot be had is reported, and the service goes on.
 */
export function startMetricsServer(
  monitor: Monitor,
  { port, host }: { readonly port: number; readonly host: string | undefined },
  endpoints: Endpoints,
): void {
  if (serving.has(monitor)) return;
  serving.add(monitor);
  // Loaded only here: it takes as long to load as a quarter of Telltale, and not every process is a server.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const path = pathOf(request.url);
    if (endpoints.takes(request.method, path)) void endpoints.answer(request, response, path);
    else
      response
        .writeHead(404, { 'content-type': 'text/plain' })
        .end('Here are /metrics, /health, /ready, /live and /telltale.\n');
  });
  server.on('error', (cause) => {
    monitor.errors.report('endpoints', new TelltaleError('http', `Cannot serve metrics on port ${port}.`, { cause }));
  });
  server.listen({ port, host }, () => {
    const address = server.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    monitor.logger.info(`Metrics on port ${actual}`, { event_type: 'system', metrics_port: actual });
  });
  server.unref();
  monitor.onClose(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
}
