import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import promClient from 'prom-client';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { testMonitor } from '../test/test-monitor.ts';
import { coreOptions } from './config/core-options.ts';
import { resolveConfig } from './config/resolve.ts';
import { currentContext, runWithContext } from './context/context.ts';
import { defaultMonitor, setUpMonitor } from './monitor.ts';
import type { Operation } from './operations.ts';
import { slot } from './slot.ts';
import { defineMetrics } from './tracking/define-metrics.ts';
import { trackTiming } from './tracking/track-timing.ts';

describe('a failure inside', () => {
  test('is counted each time, given to onError, and logged once a minute', async () => {
    const { monitor, clock, log, errors, scrape } = testMonitor();
    const failure = new Error('inside');
    for (let i = 0; i < 3; i++) monitor.errors.report('queue', failure);
    clock.advance(60_000);
    monitor.errors.report('cache', failure);
    expect(errors).toEqual(['queue: inside', 'queue: inside', 'queue: inside', 'cache: inside']);
    expect(await scrape('telltale_internal_errors_total')).toMatchInlineSnapshot(`
      "telltale_internal_errors_total{component="queue"} 3
      telltale_internal_errors_total{component="cache"} 1"
    `);
    expect(log()).toMatchObject([
      { level: 'ERROR', event_type: 'system', component: 'queue', error: { type: 'Error', message: 'inside' } },
      { level: 'ERROR', component: 'cache', unwritten_failures: 2 },
    ]);
  });

  test('ends there, even where onError throws or fails again', async () => {
    const { monitor, scrape } = testMonitor({
      onError: (error, component) => {
        monitor.errors.report(component, error);
        throw new Error('onError itself');
      },
    });
    expect(monitor.errors.guard('queue', () => JSON.parse('{'), 'fallback')).toBe('fallback');
    expect(await scrape('telltale_internal_errors_total')).toBe('telltale_internal_errors_total{component="queue"} 1');
  });
});

describe('operations', () => {
  const operation = (): Operation => ({
    kind: 'function',
    name: 'work',
    context: undefined,
    startedAt: 0,
    attributes: {},
  });

  test('are told to every listener, of whom one that throws stops no other', () => {
    const { monitor, errors } = testMonitor();
    const { operations } = monitor;
    const seen: string[] = [];
    const boom = (): never => {
      throw new Error('listener');
    };
    expect(operations.active).toBe(false);
    operations.subscribe({ onStart: boom, onEnd: boom });
    const stop = operations.subscribe({ onStart: () => seen.push('start'), onEnd: () => seen.push('end') });
    operations.subscribe({});
    expect(operations.active).toBe(true);
    operations.start(operation());
    operations.end(operation());
    stop();
    operations.start(operation());
    expect(seen).toEqual(['start', 'end']);
    expect(errors).toEqual(['operations: listener', 'operations: listener', 'operations: listener']);
  });
});

describe('a monitor', () => {
  test('says what runs', async () => {
    const { scrape } = testMonitor();
    expect((await scrape('telltale_build_info')).replace(process.version, 'NODE')).toMatchInlineSnapshot(
      `"telltale_build_info{version="1.2.3",environment="test",telltale_version="0.1.0",node_version="NODE"} 1"`,
    );
  });

  test("shows prom-client's default metrics, and leaves their names in the registry to the service", async () => {
    const { registry, scrape } = testMonitor({ defaultMetrics: true });
    const text = await scrape();
    expect(text).toMatch(/^process_cpu_seconds_total\{service="orders"\} /m);
    expect(text).not.toContain('nodejs_active_handles_total');
    expect(registry.getSingleMetric('process_cpu_seconds_total')).toBeUndefined();

    promClient.collectDefaultMetrics({ register: registry });
    const both = await scrape();
    expect(both.match(/^process_cpu_seconds_total\{/gm)).toHaveLength(1);
    // The service's own, as it has collected them.
    expect(both).toContain('nodejs_active_handles_total');
  });

  test('closes what was begun for it, latest first, whatever fails, and only once', async () => {
    const { monitor, errors, registry, log } = testMonitor();
    const order: number[] = [];
    monitor.instruments.counter({ name: 'a_total', help: 'A.' });
    monitor.onClose(() => void order.push(1));
    monitor.onClose(async () => {
      order.push(2);
      throw new Error('closer');
    });
    const forget = monitor.onClose(() => void order.push(3));
    monitor.onClose(() => void order.push(4));
    forget();
    monitor.logger.info('last');
    expect(monitor.closing).toBe(false);
    const [first, second] = [monitor.close(), monitor.close()];
    expect(monitor.closing).toBe(true);
    await Promise.all([first, second]);
    expect(order).toEqual([4, 2, 1]);
    expect(errors).toEqual(['close: closer']);
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(log()[0]).toMatchObject({ message: 'last' });
  });
});

describe('the default monitor', () => {
  afterEach(async () => {
    await slot.monitor?.close();
    slot.provisional = undefined;
    promClient.register.clear();
    vi.unstubAllEnvs();
  });
  const silent = { logDestination: '/dev/null', defaultMetrics: false };

  test('is made of the environment, once', () => {
    vi.stubEnv('SERVICE_NAME', 'from-env');
    expect(defaultMonitor().identity.service).toBe('from-env');
    expect(defaultMonitor()).toBe(defaultMonitor());
  });

  test('goes on with defaults where the environment is wrong, and says so once', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    vi.stubEnv('LOG_LEVEL', 'LOUD');
    expect(defaultMonitor().config.logLevel).toBe('INFO');
    defaultMonitor();
    expect(said.mock.calls).toEqual([[expect.stringMatching(/LOG_LEVEL = "LOUD".*goes on with its defaults/s)]]);
  });

  test('is disabled where somebody else has its metrics', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    new promClient.Gauge({ name: 'telltale_build_info', help: 'Theirs.' });
    expect(defaultMonitor().enabled).toBe(false);
    expect(said).toHaveBeenCalledTimes(2);
  });

  test('is what modules used before it was set up, and what they counted stays', async () => {
    const metrics = defineMetrics({ early: { type: 'counter', help: 'E.' } });
    const timed = trackTiming(function early() {});
    expect(slot.monitor).toBeUndefined();
    const monitor = setUpMonitor(resolveConfig(coreOptions, { serviceName: 'orders', ...silent }, {}));
    expect(slot.monitor).toBe(monitor);
    expect(await promClient.register.getSingleMetricAsString('early_total')).toContain('{service="orders"} 0');
    metrics.early.inc();
    timed();
    const text = await promClient.register.metrics();
    expect(text).toContain('early_total{service="orders"} 1');
    expect(text).toContain('function_duration_seconds_count{function="early",status="success",service="orders"} 1');
  });

  test('takes its configuration after it was used', async () => {
    vi.stubEnv('SERVICE_NAME', 'from-env');
    const early = defaultMonitor();
    const counter = early.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'] });
    counter.inc({ id: 'x' });
    const { logger } = early;
    const registry = new promClient.Registry();
    const config = { serviceName: 'orders', registry, seriesLimit: 1, logLevel: 'ERROR', ...silent } as const;
    const monitor = setUpMonitor(resolveConfig(coreOptions, config, {}));
    expect([monitor, monitor.logger, monitor.identity.service]).toEqual([early, logger, 'orders']);
    expect(logger.level).toBe('error');
    counter.inc({ id: 'y' });
    const text = await registry.metrics();
    expect(text).toContain('a_total{id="x",service="orders"} 1');
    expect(text).toContain('a_total{id="__overflow__",service="orders"} 1');
    expect(text.match(/telltale_build_info\{/g)).toHaveLength(1);
    expect(promClient.register.getMetricsAsArray()).toEqual([]);
    expect(setUpMonitor(resolveConfig(coreOptions, { serviceName: 'orders', ...silent }, {}))).toBe(early);
  });

  test('is another one after it was closed, and definitions go along', async () => {
    const metrics = defineMetrics({ jobs: { type: 'counter', help: 'J.' } });
    const config = resolveConfig(coreOptions, { serviceName: 'one', ...silent }, {});
    await setUpMonitor(config).close();
    expect(slot.monitor).toBeUndefined();
    setUpMonitor({ ...config, serviceName: 'two' });
    metrics.jobs.inc();
    expect(await promClient.register.getSingleMetricAsString('jobs_total')).toContain('jobs_total{service="two"} 1');
  });

  test('is shared by two installed copies, and so is the context', async () => {
    const root = fileURLToPath(new URL('..', import.meta.url));
    const cache = join(root, '..', '..', '.cache');
    mkdirSync(cache, { recursive: true });
    const copy = mkdtempSync(join(cache, 'copy-'));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    for (const name of ['package.json', 'src']) symlinkSync(join(root, name), join(copy, name));
    const other: typeof import('./index.ts') = await import(pathToFileURL(join(copy, 'dist', 'index.js')).href);
    expect(other.Monitor).not.toBe((await import('./monitor.ts')).Monitor);

    const monitor = setUpMonitor(resolveConfig(coreOptions, { serviceName: 'orders', ...silent }, {}));
    expect(other.defaultMonitor()).toBe(monitor);
    runWithContext({ correlationId: 'shared', userId: 'u' }, () => {
      expect(other.currentContext()?.correlationId).toBe('shared');
      other.setUser('v');
      other.runWithContext({ sessionId: 's' }, () =>
        expect(currentContext()).toMatchObject({ correlationId: 'shared', userId: 'v', sessionId: 's' }),
      );
    });

    const options = { name: 'a_total', help: 'A.', labelNames: ['id'] } as const;
    const theirs = other.createMonitor({ serviceName: 'orders', ...silent }, {});
    theirs.instruments.counter(options).inc({ id: 'x' });
    monitor.instruments.counter(options).inc({ id: 'x' });
    let text = '';
    for await (const chunk of monitor.scrape()) text += chunk;
    expect(text).toContain('a_total{id="x",service="orders"} 2\n');
    await theirs.close();
  });
});
