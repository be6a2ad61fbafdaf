import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterContext, type Monitor } from '@telltale/core';
import { Endpoints } from './endpoints.ts';
import { type ExpressApp, type ExpressRequest, ExpressRoutes, OBSERVATION } from './express-routes.ts';
import { startMetricsServer } from './metrics-server.ts';
import { RequestObserver } from './observe-request.ts';
import type { HttpConfig } from './options.ts';

/** A middleware as Express 4 and 5, Connect and polka call it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * The middleware that observes every request of an Express 4 or 5 application and answers on Telltale's own paths
 * where the service has no route there. It belongs before all others.
 */
export function expressMonitoring(monitor: Monitor, config: HttpConfig): Middleware {
  if (!monitor.enabled) return (_request, _response, next) => next();
  const routes = new ExpressRoutes();
  const observer = new RequestObserver(monitor, config, {
    routeOf: (request) => routes.routeAfterwards(request as ExpressRequest),
  });
  const ownPort = config.metricsPort !== undefined;
  const endpoints = new Endpoints(monitor, config.token, [
    ...(ownPort ? [] : (['/metrics'] as const)),
    '/health',
    '/ready',
    '/live',
  ]);
  if (ownPort) startMetricsServer(monitor, config.metricsPort!, config.token);

  return (request: ExpressRequest, response, next) => {
    let context: Parameters<typeof enterContext>[0];
    try {
      const { app } = request;
      // Mounted twice, the first one observes.
      if (request[OBSERVATION] !== undefined) return next();
      const url = request.originalUrl ?? request.url ?? '/';
      if (app !== undefined && !routes.isWatched(app)) routes.watch(app);
      const path = url.split('?', 1)[0]!;
      if (endpoints.takes(request.method, path) && !hasOwn(routes, app, path)) {
        endpoints.answer(request, response, path);
        return;
      }
      const observation = observer.start(request, response, url);
      request[OBSERVATION] = observation;
      ({ context } = observation);
    } catch (error) {
      monitor.errors.report('http', error);
      return next();
    }
    enterContext(context, next);
  };
}

function hasOwn(routes: ExpressRoutes, app: ExpressApp | undefined, path: string): boolean {
  return app !== undefined && routes.hasOwnRoute(app, path);
}
