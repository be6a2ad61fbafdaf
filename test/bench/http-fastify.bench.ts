import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import fastifyMetrics from 'fastify-metrics';
import pino from 'pino';
import promClient from 'prom-client';
import { defaultMonitor, fastifyMonitoring } from 'telltale';
import { CommonStack } from './common-stack.ts';
import { HandWritten, type HandWrittenRequest } from './hand-written.ts';
import { compareServices } from './http-report.ts';
import { ORDER, ROUTE, type Service } from './keep-alive-client.ts';
import { LogFiles } from './log-files.ts';
import { type Bench, expectEqual } from './report.ts';

declare module 'fastify' {
  interface FastifyRequest {
    bench?: HandWrittenRequest;
  }
}

const files = new LogFiles();

/** One operation is a request over a kept-alive socket, client and server in this process. */
export const bench: Bench = {
  title: 'A request to Fastify',
  async run() {
    try {
      return await compareServices({
        bare: service('bare Fastify', () => {}),
        floor: floor(),
        ours: ours(),
        metricsAlone: metrics('fastify-metrics', true),
        others: [metrics('fastify-metrics, no summary', { summary: false }), logger(), commonStack()],
      });
    } finally {
      files.remove();
    }
  },
};

function service(
  name: string,
  setUp: (app: FastifyInstance) => void | Promise<void>,
  check: Service['check'] = () => {},
  options: FastifyServerOptions = {},
): Service {
  const app: FastifyInstance = Fastify(options);
  return {
    name,
    async listen() {
      await setUp(app);
      app.get(ROUTE, (_request, reply) => reply.send(ORDER));
      await app.listen({ port: 0, host: '127.0.0.1' });
      return (app.server.address() as AddressInfo).port;
    },
    check,
    close: () => app.close(),
  };
}

function ours(): Service {
  const register = new promClient.Registry();
  return service(
    'telltale, everything on',
    async (app) => {
      await app.register(fastifyMonitoring, {
        serviceName: 'bench',
        registry: register,
        logDestination: files.path('telltale'),
        history: { path: files.path('history') },
        defaultMetrics: false,
      });
    },
    async (requests, head) => {
      await defaultMonitor().close();
      files.check('telltale', requests);
      expectEqual('correlation ID in the answer', /\r\nx-correlation-id: [\da-f-]{36}\r\n/.test(head), true);
    },
  );
}

function floor(): Service {
  const monitoring = new HandWritten(files.path('floor'));
  return service(
    'hand-written floor',
    (app) => {
      app.decorateRequest('bench');
      app.addHook('onRequest', (request, reply, done) => {
        const started = monitoring.start(request.headers['x-correlation-id']);
        request.bench = started;
        reply.header('x-correlation-id', started.id);
        monitoring.storage.run(started, done);
      });
      app.addHook('onResponse', (request, reply, done) => {
        const { method, routeOptions, url } = request;
        monitoring.end(request.bench!, method, routeOptions.url ?? 'unmatched', url, reply.statusCode);
        done();
      });
    },
    (requests) => {
      monitoring.close();
      expectEqual('requests counted by hand', monitoring.requests, requests);
      files.check('floor', requests);
    },
  );
}

function metrics(name: string, enabled: boolean | { summary: boolean }): Service {
  const register = new promClient.Registry();
  const overrides = { histogram: { registers: [register] }, summary: { registers: [register] } };
  return service(
    name,
    async (app) => {
      await app.register(fastifyMetrics.default, {
        endpoint: null,
        defaultMetrics: { enabled: false },
        routeMetrics: { enabled, overrides },
      });
    },
    async (requests) => {
      const text = await register.metrics();
      const count = /^http_request_duration_seconds_count\{.*\} (\d+)$/m.exec(text)?.[1];
      expectEqual(`requests counted by ${name}`, Number(count), requests);
    },
  );
}

/** Fastify's own logger, which writes two lines for a request; its destination is as well buffered as ours. */
function logger(): Service {
  const stream = pino.destination({ dest: files.path('pino'), sync: true, minLength: 8_192 });
  return service(
    'Fastify logger (pino)',
    () => {},
    (requests) => {
      stream.flushSync();
      const startLine = 1;
      files.check('pino', requests * 2 + startLine);
    },
    { logger: { stream } },
  );
}

function commonStack(): Service {
  const stack = new CommonStack(files.path('common'));
  const startedAt = new WeakMap<object, number>();
  return service(
    'prom-client + winston + uuid',
    (app) => {
      app.addHook('onRequest', (request, reply, done) => {
        const id = stack.newId(request.headers['x-correlation-id']);
        startedAt.set(request, performance.now());
        reply.header('x-correlation-id', id);
        stack.storage.run(id, done);
      });
      app.addHook('onResponse', (request, reply, done) => {
        const { method, routeOptions, url } = request;
        stack.end(startedAt.get(request)!, method, routeOptions.url ?? 'unmatched', url, reply.statusCode);
        done();
      });
    },
    async (requests) => {
      await stack.close();
      expectEqual('requests counted by prom-client', await stack.total(), requests);
      files.check('common', requests);
    },
  );
}
