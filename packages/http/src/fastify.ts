import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterContext, type Monitor } from '@telltale/core';
import { Endpoints } from './endpoints.ts';
import { startMetricsServer } from './metrics-server.ts';
import { type RequestObservation, RequestObserver } from './observe-request.ts';
import type { HttpConfig } from './options.ts';

/** The parts of a Fastify instance that Telltale uses. */
export interface FastifyLike {
  // biome-ignore lint/suspicious/noExplicitAny: Fastify types each hook by its name
  addHook(name: any, hook: any): unknown;
  decorateRequest(name: string, value?: unknown): unknown;
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage & { [OBSERVATION]?: RequestObservation };
  readonly method: string;
  readonly originalUrl: string;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string };
}

interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

const OBSERVATION = Symbol('telltale.observation');

/**
 * Observes every request of a Fastify 5 instance and answers on Telltale's own paths where the service has no route
 * there. To be called in a plugin that is not encapsulated.
 */
export function observeFastify(instance: FastifyLike, monitor: Monitor, config: HttpConfig): void {
  if (!monitor.enabled) return;
  const observer = new RequestObserver(monitor, config, { routeOf: () => undefined });
  const ownPort = config.metricsPort !== undefined;
  const endpoints = new Endpoints(monitor, config.token, [
    ...(ownPort ? [] : (['/metrics'] as const)),
    '/health',
    '/ready',
    '/live',
  ]);
  if (ownPort) startMetricsServer(monitor, config.metricsPort!, config.token);

  instance.addHook('onRequest', (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => {
    let context: Parameters<typeof enterContext>[0];
    try {
      const { raw, is404 } = request;
      const path = request.originalUrl.split('?', 1)[0]!;
      if (is404 && endpoints.takes(request.method, path)) {
        reply.hijack();
        endpoints.answer(raw, reply.raw, path);
        return;
      }
      if (raw[OBSERVATION] !== undefined) return done();
      const observation = observer.start(raw, reply.raw, request.originalUrl);
      observation.route = is404 ? undefined : request.routeOptions.url;
      raw[OBSERVATION] = observation;
      ({ context } = observation);
    } catch (error) {
      monitor.errors.report('http', error);
      return done();
    }
    enterContext(context, done);
  });

  instance.addHook('onError', (request: FastifyRequestLike, _reply: unknown, error: Error, done: () => void) => {
    request.raw[OBSERVATION]?.noteError(error);
    done();
  });
}
