import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import type { Operation } from '../operations.ts';
import { trackCounter } from './track-counter.ts';
import { trackTiming } from './track-timing.ts';

test.each([
  ['trackTiming', trackTiming],
  ['trackCounter', trackCounter],
] as const)('what %s wraps is the same function in all that can be seen', async (_, track) => {
  const { monitor } = testMonitor();
  const original = Object.assign(
    function named(this: unknown, a: number, b: number) {
      return [this, a, b];
    },
    { extra: 1 },
  );
  const tracked = track(original, { monitor });
  const self = {};
  expect(tracked.call(self, 1, 2)).toEqual([self, 1, 2]);
  expect([tracked.length, tracked.name, tracked.extra]).toEqual([2, 'named', 1]);
  expectTypeOf(tracked).toEqualTypeOf(original);

  const error = new Error('as it was');
  const { stack } = error;
  const throwing = track(
    () => {
      throw error;
    },
    { monitor },
  );
  expect(throwing).toThrow(error);
  expect(error.stack).toBe(stack);
  const rejecting = track(async () => Promise.reject(error), { monitor });
  await expect(rejecting()).rejects.toBe(error);
  const rejectingWithNothing = track(() => Promise.reject(), { monitor });
  await expect(rejectingWithNothing()).rejects.toBeUndefined();

  class Point {
    readonly x: number;
    constructor(x: number) {
      this.x = x;
    }
  }
  const TrackedPoint = track(Point as never, { monitor }) as unknown as typeof Point;
  expect(new TrackedPoint(3)).toBeInstanceOf(Point);

  const iterated = track(
    function* () {
      yield 1;
      return 2;
    },
    { monitor },
  )();
  expect([iterated.next(), iterated.next()]).toEqual([
    { value: 1, done: false },
    { value: 2, done: true },
  ]);
});

test('what is more than a promise is handed on untouched, and not asked', () => {
  const { monitor } = testMonitor();
  let asked = 0;
  const query = Object.defineProperty({}, 'then', { get: () => asked++ });
  class Lazy extends Promise<number> {}
  const lazy = new Lazy(() => {});
  const decorated = Object.assign(Promise.resolve(1), { cancel() {} });
  for (const value of [query, lazy, decorated]) expect(trackTiming(() => value, { monitor })()).toBe(value);
  expect(asked).toBe(0);
});

test('a rejection that nobody handles is still one that nobody handles', async () => {
  const { monitor } = testMonitor();
  const unhandled: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => unhandled.push(reason));
  const error = new Error('nobody');
  void trackTiming(async () => Promise.reject(error), { monitor })();
  await trackTiming(async () => Promise.reject(error), { monitor })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener);
  expect(unhandled).toEqual([error]);
});

test('the context goes on behind a tracked call', async () => {
  const { monitor } = testMonitor();
  const storage = new AsyncLocalStorage<number>();
  const tracked = trackTiming(async () => storage.getStore(), { monitor });
  const seen = await storage.run(1, async () => [await tracked(), storage.getStore()]);
  expect(seen).toEqual([1, 1]);
});

test('calls are timed until they end, by function and status', async () => {
  const { monitor, clock, scrape } = testMonitor();
  const work = trackTiming(
    async function work(fail: boolean) {
      clock.advance(250);
      await Promise.resolve();
      clock.advance(250);
      if (fail) throw new Error('failed');
    },
    { monitor },
  );
  await work(false);
  await work(true).catch(() => {});
  const samples = (await scrape('function_duration_seconds')).split('\n').filter((line) => /_sum|_count/.test(line));
  expect(samples).toEqual([
    'function_duration_seconds_sum{function="work",status="success"} 0.5',
    'function_duration_seconds_count{function="work",status="success"} 1',
    'function_duration_seconds_sum{function="work",status="error"} 0.5',
    'function_duration_seconds_count{function="work",status="error"} 1',
  ]);
});

test('calls are counted from zero, under a metric of their own if wanted', async () => {
  const { monitor, scrape } = testMonitor();
  const plain = trackCounter(() => 1, { monitor, name: 'Orders.place' });
  trackCounter(async () => 2, { monitor, metric: 'custom.operation-calls', name: 'x' });
  expect(await scrape('function_calls_total')).toMatchInlineSnapshot(`
    "function_calls_total{function="Orders.place",status="success"} 0
    function_calls_total{function="Orders.place",status="error"} 0"
  `);
  expect(await scrape('custom_operation_calls_total')).toMatchInlineSnapshot(`
    "custom_operation_calls_total{function="x",status="success"} 0
    custom_operation_calls_total{function="x",status="error"} 0"
  `);
  plain();
  expect(await scrape('function_calls_total')).toContain('{function="Orders.place",status="success"} 1');
});

test('both decorate methods, with options and without', async () => {
  const { monitor, scrape, clock } = testMonitor();
  const { makeReports } = await compiled();
  const Reports = makeReports({ trackTiming, trackCounter, monitor, work: () => clock.advance(1000) });
  const reports = new Reports();
  expect(reports.build(2)).toBe(6);
  expect(await Reports.all()).toBe('all');
  expect(reports.hidden()).toBe('hidden');
  expect([reports.build.length, reports.build.name]).toEqual([1, 'build']);
  expect(await scrape('function_duration_seconds')).toContain('_sum{function="build",status="success"} 1');
  const counts = await scrape('function_calls_total');
  expect(counts).toContain('{function="Reports.build",status="success"} 1');
  expect(counts).toContain('{function="all",status="success"} 1');
  expect(counts).toContain('{function="#hidden",status="success"} 1');
});

/** The class in `test/decorated-class.ts` as TypeScript compiles it: neither Node nor Vite knows decorators yet. */
async function compiled(): Promise<typeof import('../../test/decorated-class.ts')> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-decorators-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const source = fileURLToPath(new URL('../../test/decorated-class.ts', import.meta.url));
  const options = '--ignoreConfig --noCheck --noResolve --target es2022 --module esnext --outDir'.split(' ');
  execFileSync('npx', ['--no-install', 'tsc', ...options, folder, source]);
  return import(pathToFileURL(join(folder, 'decorated-class.js')).href);
}

test('a disabled monitor gives the very function back', () => {
  const { monitor, registry } = testMonitor({ enabled: false });
  const fn = (): number => 1;
  expect(trackTiming(fn, { monitor })).toBe(fn);
  expect(trackCounter(fn, { monitor })).toBe(fn);
  class Thing {
    method(): void {}
  }
  const { method } = Thing.prototype;
  const context = { kind: 'method', name: 'method', addInitializer() {}, access: {} } as never;
  expect(trackTiming({ monitor })(method, context)).toBe(method);
  expect(registry.getMetricsAsArray()).toEqual([]);
});

test('where the metric cannot be had, the function works and the failure is reported', () => {
  const { monitor, errors } = testMonitor();
  monitor.instruments.gauge({ name: 'taken_total', help: 'T.' });
  const tracked = trackCounter(() => 'result', { monitor, metric: 'taken' });
  expect(tracked()).toBe('result');
  expect(errors).toEqual([expect.stringMatching(/^tracking: .*"taken_total".*already has a gauge/)]);
});

test('whoever listens to operations is told of a timed call', async () => {
  const { monitor, clock } = testMonitor();
  const ended: Operation[] = [];
  const stop = monitor.operations.subscribe({ onEnd: (operation) => ended.push(operation) });
  const error = new Error('failed');
  const tracked = trackTiming(
    async (fail: boolean) => {
      clock.advance(5);
      if (fail) throw error;
    },
    { monitor, name: 'work' },
  );
  await tracked(false);
  await tracked(true).catch(() => {});
  stop();
  await tracked(false);
  expect(ended).toMatchObject([
    { kind: 'function', name: 'work', durationMs: 5, outcome: 'ok' },
    { kind: 'function', name: 'work', durationMs: 5, outcome: 'error', error },
  ]);
});
