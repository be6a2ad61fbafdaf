import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterContext, type Monitor } from '@telltale/core';
import type { FurtherPages } from './endpoints.ts';
import { followRequest, hasOwnRoute, routeAfterwards } from './express-routes.ts';
import type { ExpressRequest } from './express-way.ts';
import { type RequestObservation, RequestObserver } from './observe-request.ts';
import type { HttpConfig } from './options.ts';
import { pathOf } from './request-path.ts';
import { openEndpoints } from './service-endpoints.ts';

/** A middleware as Express 4 and 5, Connect and polka call it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * The middleware that observes every request of an Express 4 or 5 application and answers on Telltale's own paths
 * where the service has no route there. It belongs before all others.
 */
export function expressMonitoring(monitor: Monitor, config: HttpConfig, further?: FurtherPages): Middleware {
  if (!monitor.enabled) return (_request, _response, next) => next();
  const observer = new RequestObserver(monitor, config, routeAfterwards);
  const endpoints = openEndpoints(monitor, config, further);

  return function telltale(request: ExpressRequest, response, next) {
    let observation: RequestObservation | undefined;
    try {
      const path = pathOf(request.originalUrl ?? request.url);
      // On a router or a mounted application, the endpoints are below its own path.
      const inner = pathOf(request.url);
      if (endpoints.takes(request.method, inner) && !hasOwnRoute(request, path)) {
        void endpoints.answer(request, response, inner);
        return;
      }
      observation = observer.start(request, response, path);
      if (observation !== undefined) followRequest(request, observation, telltale);
    } catch (error) {
      monitor.errors.report('http', error);
    }
    if (observation === undefined) next();
    else enterContext(observation.context, next);
  };
}
