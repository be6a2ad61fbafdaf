import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { fastify } from 'fastify';
import { Registry, register } from 'prom-client';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, defaultMonitor, defineMetrics, fastifyMonitoring, setupMonitoring } from './index.ts';

/** Nothing of a test's log is to be seen. */
const quiet = { serviceName: 'orders', logDestination: '/dev/null', defaultMetrics: false } as const;

afterEach(() => defaultMonitor().close());

async function listen(app: Express): Promise<(path: string) => Promise<string>> {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return async (path) => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();
}

const COUNTED = /^http_requests_total\{method="GET",route="\/items\/:id",status_code="200",service="orders"\} 1$/m;

describe('setupMonitoring', () => {
  it.each<[string, (app: Express) => void]>([
    ['as a middleware with options', (app) => app.use(setupMonitoring(quiet))],
    [
      'on an application, which gives the logger',
      (app) => {
        const logger = setupMonitoring(app, quiet);
        expect(logger).toBe(defaultMonitor().logger);
        expect(typeof logger.critical).toBe('function');
      },
    ],
    [
      'twice',
      (app) => {
        setupMonitoring(app, quiet);
        app.use(setupMonitoring(quiet));
      },
    ],
  ])('observes an Express application %s', async (_name, setUp) => {
    const app = express();
    setUp(app);
    app.get('/items/:id', (_request, response) => {
      response.send('item');
    });
    const get = await listen(app);
    expect(await get('/items/1')).toBe('item');
    expect(await get('/metrics')).toMatch(COUNTED);
    expect(register.getSingleMetric('http_requests_total')).toBeDefined();
  });

  it.each<[string, (instance: ReturnType<typeof fastify>) => unknown]>([
    ['as a plugin', (instance) => instance.register(fastifyMonitoring, quiet)],
    [
      'as a plugin, awaited',
      async (instance) => {
        await instance.register(fastifyMonitoring, { ...quiet, logLevel: 'WARNING' });
        expect(defaultMonitor().config.logLevel).toBe('WARNING');
      },
    ],
    [
      'on the instance, which gives the logger',
      (instance) => {
        expect(setupMonitoring(instance, quiet)).toBe(defaultMonitor().logger);
      },
    ],
  ])('observes all of a Fastify instance %s', async (_name, setUp) => {
    const instance = fastify();
    onTestFinished(() => instance.close());
    await setUp(instance);
    instance.register(async (scope) => scope.get('/:id', async () => 'item'), { prefix: '/items' });
    expect((await instance.inject('/items/1')).body).toBe('item');
    expect((await instance.inject('/metrics')).body).toMatch(COUNTED);
  });

  it('names every mistake at once, and shows no secret', () => {
    const options = { serviceNam: 'orders', logLevel: 'LOUD', metricsPort: 99_999, token: 5, labels: { x: 'no' } };
    let thrown: unknown;
    try {
      setupMonitoring(options as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as ConfigError).message).toMatchInlineSnapshot(`
      "[telltale] [config] 5 options are not usable:
        logLevel = "LOUD": expected one of CRITICAL, ERROR, WARNING, INFO, DEBUG
        labels = an object: expected an object of functions (request, response) => text, by label name
        token = (not shown): expected a text of 1 to 1,024 characters
        metricsPort = 99999: expected a whole number from 0 to 65535 (a port)
        serviceNam = (not shown): no such option; did you mean serviceName?"
    `);
  });

  it.each([
    ['a name that Prometheus does not allow', { 'user-agent': () => '' }],
    ['a name that the metrics already have', { route: () => '' }],
    ['the name of a bucket', { le: () => '' }],
  ])('refuses a label with %s', (_name, labels) => {
    expect(() => setupMonitoring({ ...quiet, labels })).toThrow(ConfigError);
  });

  it.each([[5], ['orders'], [null]])('refuses %j', (first) => {
    expect(() => setupMonitoring(first as never)).toThrow('[telltale] [setup] setupMonitoring takes');
  });

  it('gives another service in the process a monitor of its own', async () => {
    const [orders, users] = [express(), express()];
    const registry = new Registry();
    setupMonitoring(orders, quiet);
    const logger = setupMonitoring(users, { ...quiet, serviceName: 'users', registry });
    expect(logger).not.toBe(defaultMonitor().logger);
    for (const app of [orders, users]) app.get('/items/:id', (_request, response) => response.json('item'));
    const [askOrders, askUsers] = [await listen(orders), await listen(users)];
    await askOrders('/items/1');
    await askUsers('/items/1');
    expect(await askOrders('/metrics')).toMatch(COUNTED);
    const ofUsers = await askUsers('/metrics');
    expect(ofUsers).toContain('service="users"} 1');
    expect(ofUsers).not.toContain('service="orders"');
  });

  it('serves its own paths below the path it is mounted on', async () => {
    const [app, router] = [express(), express.Router()];
    router.use(setupMonitoring(quiet));
    router.get('/items/:id', (_request, response) => response.json('item'));
    app.use('/api', router);
    const get = await listen(app);
    await get('/api/items/1');
    expect(await get('/api/metrics')).toContain('route="/api/items/:id"');
    expect(await get('/api/live')).toContain('alive');
    expect(await get('/metrics')).toContain('Cannot GET /metrics');
  });

  it('says which options of a second call for the same service have no effect', () => {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-setup-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { ...quiet, logDestination: join(folder, 'log') };
    const logger = setupMonitoring(express(), options);
    expect(setupMonitoring(express(), options)).toBe(logger);
    setupMonitoring(express(), { ...options, logLevel: 'ERROR', environment: 'other' });
    defaultMonitor().flush();
    const lines = readFileSync(options.logDestination, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      'Set up again for the same service; its first options stay: environment, logLevel',
    ]);
    expect(logger.level).toBe('info');
  });

  it('goes on with what was counted before it', async () => {
    const metrics = defineMetrics({ placed: { type: 'counter', help: 'Placed.', labels: ['kind'] } });
    const early = metrics.placed;
    early.inc({ kind: 'early' });
    const { logger } = defaultMonitor();
    const app = express();
    expect(setupMonitoring(app, quiet)).toBe(logger);
    early.inc({ kind: 'early' });
    metrics.placed.inc({ kind: 'late' });
    const scrape = await (await listen(app))('/metrics');
    expect(scrape).toContain('placed_total{kind="early",service="orders"} 2');
    expect(scrape).toContain('placed_total{kind="late",service="orders"} 1');
  });

  it('is a pass-through where it is disabled', async () => {
    const app = express();
    setupMonitoring(app, { ...quiet, enabled: false });
    app.get('/metrics', (_request, response) => {
      response.send('theirs');
    });
    const get = await listen(app);
    expect(await get('/metrics')).toBe('theirs');
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});

describe('what is no application', () => {
  it.each<[string, unknown, RegExp]>([
    ['an HTTP server', createServer(), /takes an Express application, .*, not an object of Server/],
    [
      "Koa's kind of application",
      { use() {}, callback() {}, middleware: [] },
      /ConfigError|options are not usable|callback/,
    ],
    ['a date', new Date(), /not an object of Date/],
    ['a number', 5, /not 5/],
  ])('is refused at once: %s', (_, thing, message) => {
    expect(() => setupMonitoring(thing as never, quiet)).toThrow(message);
  });

  it('is refused where options come without it', () => {
    expect(() => setupMonitoring(undefined as never, quiet)).toThrow(/not undefined/);
  });
});

it('gives its logger to a process that serves nothing', () => {
  const { logger } = setupMonitoring(quiet);
  expect(logger).toBe(defaultMonitor().logger);
});

it('reports the mistakes in the options of the history with all others', () => {
  const options = { ...quiet, logLevel: 'LOUD', history: { backends: ['tape'], flushInterval: -1 } };
  expect(() => setupMonitoring(options as never)).toThrow(ConfigError);
  expect(() => setupMonitoring(options as never)).toThrow(/logLevel.*history\.backends.*history\.flushInterval/s);
});
