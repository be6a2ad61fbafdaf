import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterContext, type Monitor } from '@telltale/core';
import type { PendingHead } from './carry-context.ts';
import type { FurtherPages } from './endpoints.ts';
import { observationOf, type RequestObservation, RequestObserver } from './observe-request.ts';
import type { HttpConfig } from './options.ts';
import { pathOf } from './request-path.ts';
import { openEndpoints } from './service-endpoints.ts';

/** The parts of a Fastify instance that Telltale uses. */
export interface FastifyLike {
  readonly server: {
    on(event: 'request', listener: (request: IncomingMessage, response: ServerResponse) => void): unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: Fastify types each hook by its name
  addHook(name: any, hook: any): unknown;
  decorateRequest(name: string, value?: unknown): unknown;
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly originalUrl: string;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string };
}

interface FastifyReplyLike extends PendingHead {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/**
 * Observes every request of a Fastify 5 instance and answers on Telltale's own paths where the service has no route
 * there. To be called in a plugin that is not encapsulated.
 */
export function observeFastify(
  instance: FastifyLike,
  monitor: Monitor,
  config: HttpConfig,
  further?: FurtherPages,
): void {
  if (!monitor.enabled) return;
  const observer = new RequestObserver(monitor, config);
  const endpoints = openEndpoints(monitor, config, further);

  instance.addHook('onRequest', (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => {
    let observation: RequestObservation | undefined;
    try {
      const { raw, is404 } = request;
      const path = pathOf(request.originalUrl);
      if (is404 && endpoints.takes(request.method, path)) {
        reply.hijack();
        void endpoints.answer(raw, reply.raw, path);
        return;
      }
      observation = observer.start(raw, reply.raw, path, reply);
      if (observation !== undefined && !is404) observation.route = request.routeOptions.url;
    } catch (error) {
      monitor.errors.report('http', error);
    }
    if (observation === undefined) done();
    else enterContext(observation.context, done);
  });

  instance.addHook('onError', (request: FastifyRequestLike, _reply: unknown, error: Error, done: () => void) => {
    observationOf(request.raw)?.noteError(error);
    done();
  });

  // A path that its router cannot read (`/%E0%A4%A`), or too long a parameter, Fastify refuses before any hook.
  instance.server.on('request', (request, response) => {
    const refused = response.writableEnded && (response.statusCode === 400 || response.statusCode === 414);
    if (!refused || observationOf(request) !== undefined) return;
    monitor.errors.guard('http', () => observer.start(request, response, pathOf(request.url)), undefined);
  });
}
