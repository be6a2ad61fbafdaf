import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { Registry } from 'prom-client';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import {
  ConfigError,
  defaultMonitor,
  defineKpis,
  historyOf,
  kpis,
  type MonitoringOptions,
  queryEngine,
  setupMonitoring,
} from './index.ts';

afterEach(() => defaultMonitor().close());

/** A service with one route, and the answers to requests for these paths. */
async function serve(options: MonitoringOptions) {
  const app = express();
  setupMonitoring(app, {
    serviceName: 'orders',
    registry: new Registry(),
    logDestination: '/dev/null',
    defaultMetrics: false,
    ...options,
  });
  app.get('/items/:id', (_request, response) => void response.send('item'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (path: string, init?: RequestInit) => fetch(url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  const ask = async (path: string) => (await (await get(path)).json()) as any;
  return { get, ask };
}

const QUERY = '/telltale/api/v1/query?query=sum(http_requests_total)';

it("answers Prometheus's HTTP API over what the service remembers", async () => {
  const { get, ask } = await serve({ history: { backends: ['memory'] } });
  await get('/items/1');
  await get('/items/2');
  await historyOf()!.flush();
  expect(await ask(QUERY)).toMatchObject({
    status: 'success',
    data: { result: [{ value: [expect.any(Number), '2'] }] },
  });
  const { metric } = (await ask(QUERY.replace('sum', ''))).data.result[0];
  expect(metric).toMatchObject({ job: 'orders', service: 'orders', route: '/items/:id' });
  const result = await queryEngine().instant('sum(http_requests_total)');
  expect(result).toMatchObject({ type: 'vector', elements: [{ value: 2 }] });
});

it('remembers over a restart, in the file that TELLTALE_DB names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-history-'));
  process.env.TELLTALE_DB = join(folder, 'history.db');
  onTestFinished(() => {
    delete process.env.TELLTALE_DB;
    rmSync(folder, { recursive: true });
  });
  const before = await serve({});
  await before.get('/items/1');
  await historyOf()!.flush();
  await defaultMonitor().close();
  expect(existsSync(process.env.TELLTALE_DB)).toBe(true);

  await serve({});
  const result = await queryEngine().instant('sum(max_over_time(http_requests_total[1h]))');
  expect(result).toMatchObject({ elements: [{ value: 1 }] });
});

it('is closed in production without a token, and asks for the token where there is one', async () => {
  const open = await serve({ environment: 'production', history: { backends: ['memory'] } });
  expect((await open.get(QUERY)).status).toBe(403);
  await defaultMonitor().close();
  const token = crypto.randomUUID();
  const { get } = await serve({ environment: 'production', token, history: { backends: ['memory'] } });
  expect((await get(QUERY)).status).toBe(401);
  expect((await get(QUERY, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

it('remembers nothing where that is wished, and says what is wrong with its options', async () => {
  const { ask } = await serve({ history: false });
  expect(historyOf()).toBeUndefined();
  expect((await ask(QUERY)).data.result).toEqual([]);
  await defaultMonitor().close();
  expect(() => setupMonitoring({ history: { flushIntervall: 5 } as never })).toThrow(ConfigError);
  expect(() => setupMonitoring({ history: { flushIntervall: 5 } as never })).toThrow(/flushInterval/);
  expect(() => setupMonitoring({ source: 'prometheus' })).toThrow(/source/);
});

it('asks a Prometheus in its place, and keeps nothing itself', async () => {
  const asked: string[] = [];
  const prometheus = express();
  prometheus.use((request, response) => {
    asked.push(request.path);
    response.json({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '7'] }] } });
  });
  const server = prometheus.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  await serve({ source: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  expect(historyOf()).toBeUndefined();
  expect(await queryEngine().instant('sum(up)')).toMatchObject({ elements: [{ value: 7 }] });
  expect(asked).toEqual(['/api/v1/query']);
});

it("reads KPIs, the shipped ones and the service's own", async () => {
  const { get } = await serve({ history: { backends: ['memory'] } });
  defineKpis([
    {
      name: 'Items asked for',
      expr: 'sum(http_requests_total)',
      target: 10,
      alert: 5,
      unit: 'items',
      better: 'higher',
    },
  ]);
  await get('/items/1');
  await historyOf()!.flush();
  const readings = await kpis();
  expect(readings.find(({ name }) => name === 'Items asked for')).toMatchObject({
    value: 1,
    target: 10,
    state: 'alert',
  });
  expect(readings.find(({ name }) => name === 'Cache hit rate')).toMatchObject({ state: 'no data' });
  expect(readings.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(() => defineKpis([{ name: 'Broken', expr: 'rate(' } as never])).toThrow(ConfigError);
});
