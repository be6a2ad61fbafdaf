import type { RequestListener } from 'node:http';
import express from 'express';
import { fastify } from 'fastify';
import type { Logger as WinstonLogger } from 'winston';
import { defineMetrics, fastifyMonitoring, type Logger, type MonitoringOptions, setupMonitoring } from './index.ts';

// The forms of the contract.
const app = express();
app.use(setupMonitoring);
app.use(setupMonitoring());
app.use(setupMonitoring({ serviceName: 'orders' }));
express.Router().use(setupMonitoring);
const logger: Logger = setupMonitoring(app, { serviceName: 'orders', environment: 'production', version: '1.0.0' });
logger.info('text', { order: 1 });
logger.critical('text');
const winston: WinstonLogger = logger;
winston.child({ part: 'a' });

const instance = fastify();
instance.register(fastifyMonitoring);
instance.register(fastifyMonitoring, { serviceName: 'orders', logLevel: 'debug' });
instance.register(fastifyMonitoring, { serviceName: 'orders', ignorePaths: ['/static/*'] });
const fromFastify: Logger = setupMonitoring(instance, { serviceName: 'orders' });
fromFastify.warning('text');
fastify({ http2: true }).register(fastifyMonitoring, { serviceName: 'orders' });
setupMonitoring(fastify({ http2: true }));

// What does not compile.
// @ts-expect-error an option that there is not
setupMonitoring({ serviceNam: 'orders' });
// @ts-expect-error a number as a name
setupMonitoring({ serviceName: 5 });
// @ts-expect-error a level that there is not
setupMonitoring({ logLevel: 'LOUD' });
// @ts-expect-error not an application
setupMonitoring(5);
// @ts-expect-error an option that there is not
setupMonitoring(app, { port: 1 });
// @ts-expect-error a number as a name
instance.register(fastifyMonitoring, { serviceName: 5 });
// @ts-expect-error an option that there is not
instance.register(fastifyMonitoring, { serviceNam: 'orders' });
// @ts-expect-error a label that is not a function
setupMonitoring({ labels: { tenant: 'acme' } });
// @ts-expect-error options are not changed after they are made
((options: MonitoringOptions) => (options.serviceName = 'b'))({});

setupMonitoring({ labels: { tenant: (request) => request.headers.host } });

const metrics = defineMetrics({ sold: { type: 'counter', help: 'Sold.', labels: ['kind'] } });
metrics.sold.inc({ kind: 'book' });
// @ts-expect-error a label that there is not
metrics.sold.inc({ knd: 'book' });

// A middleware is what Node's own server can call, given a `next`.
const middleware = setupMonitoring({});
const listener: RequestListener = (request, response) => middleware(request, response, () => {});
listener satisfies RequestListener;
