import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import promBundle from 'express-prom-bundle';
import pino from 'pino';
import { pinoHttp } from 'pino-http';
import promClient from 'prom-client';
import { defaultMonitor, setupMonitoring } from 'telltale';
import { CommonStack } from './common-stack.ts';
import { HandWritten } from './hand-written.ts';
import { compareServices } from './http-report.ts';
import { ORDER, ROUTE, type Service } from './keep-alive-client.ts';
import { LogFiles } from './log-files.ts';
import { type Bench, expectEqual } from './report.ts';

const files = new LogFiles();

/** One operation is a request over a kept-alive socket, client and server in this process. */
export const bench: Bench = {
  title: 'A request to Express 5',
  async run() {
    try {
      return await compareServices({
        bare: service('bare Express', () => {}),
        floor: floor(),
        ours: ours(),
        metricsAlone: metrics(),
        others: [logger(), commonStack()],
      });
    } finally {
      files.remove();
    }
  },
};

function service(name: string, setUp: (app: Express) => void, check: Service['check'] = () => {}): Service {
  const app = express();
  let server: Server;
  return {
    name,
    listen() {
      setUp(app);
      app.get(ROUTE, (_request, response) => {
        response.json(ORDER);
      });
      return new Promise((resolve) => {
        server = app.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        // On a busy machine a service waits for its turn longer than the five seconds after which Node hangs up.
        server.keepAliveTimeout = 600_000;
      });
    },
    check,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function ours(): Service {
  return service(
    'telltale, everything on',
    (app) => {
      setupMonitoring(app, {
        serviceName: 'bench',
        registry: new promClient.Registry(),
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
      app.use((request, response, next) => {
        const started = monitoring.start(request.headers['x-correlation-id']);
        response.setHeader('x-correlation-id', started.id);
        response.on('finish', () => {
          monitoring.end(started, request.method, request.route.path, request.originalUrl, response.statusCode);
        });
        monitoring.storage.run(started, next);
      });
    },
    (requests) => {
      monitoring.close();
      expectEqual('requests counted by hand', monitoring.requests, requests);
      files.check('floor', requests);
    },
  );
}

function metrics(): Service {
  const promRegistry = new promClient.Registry();
  return service(
    'express-prom-bundle',
    (app) => {
      app.use(promBundle({ includeMethod: true, includePath: true, promRegistry }));
    },
    async (requests) => {
      const text = await promRegistry.metrics();
      const count = /^http_request_duration_seconds_count\{.*\} (\d+)$/m.exec(text)?.[1];
      expectEqual('requests counted by express-prom-bundle', Number(count), requests);
    },
  );
}

/** pino-http as it comes, but for its destination, which is as well buffered as ours. */
function logger(): Service {
  const stream = pino.destination({ dest: files.path('pino'), sync: true, minLength: 8_192 });
  return service(
    'pino-http',
    (app) => {
      app.use(pinoHttp({}, stream));
    },
    (requests) => {
      stream.flushSync();
      files.check('pino', requests);
    },
  );
}

function commonStack(): Service {
  const stack = new CommonStack(files.path('common'));
  return service(
    'prom-client + winston + uuid',
    (app) => {
      app.use((request, response, next) => {
        const id = stack.newId(request.headers['x-correlation-id']);
        const startedAt = performance.now();
        response.setHeader('x-correlation-id', id);
        stack.storage.run(id, () => {
          response.on('finish', () => {
            stack.end(startedAt, request.method, request.route.path, request.originalUrl, response.statusCode);
          });
          next();
        });
      });
    },
    async (requests) => {
      await stack.close();
      expectEqual('requests counted by prom-client', await stack.total(), requests);
      files.check('common', requests);
    },
  );
}
