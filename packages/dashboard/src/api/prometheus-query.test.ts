import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMonitor } from '@telltale/core';
import { createQueryEngine, MemorySource } from '@telltale/promql';
import { Registry } from 'prom-client';
import { PrometheusDriver } from 'prometheus-query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryApi } from './query-api.ts';

const START = 1_700_000_000_000;
const MINUTES = 60;
const END = START + MINUTES * 60_000;

function orders(): MemorySource {
  const source = new MemorySource();
  for (let minute = 0; minute <= MINUTES; minute++) {
    const time = START + minute * 60_000;
    const labels = { __name__: 'http_requests_total', service: 'shop' };
    source.append({ ...labels, route: '/orders' }, time, minute * 30);
    source.append({ ...labels, route: '/customers/:id' }, time, minute * 6);
    source.append({ __name__: 'http_requests_in_flight', service: 'shop' }, time, minute % 7);
  }
  return source;
}

const monitor = createMonitor({ registry: new Registry(), logLevel: 'CRITICAL' }, {});
const http_requests_total = [{ type: 'counter', help: 'Requests ended.', unit: '' }];
let server: Server;
let url: string;
beforeAll(async () => {
  const engine = createQueryEngine(orders(), { metadata: () => ({ http_requests_total }) });
  const api = queryApi(engine, { monitor });
  server = createServer((request, response) => {
    void api.answer(request, response, request.url!.split('?')[0]!);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await monitor.close();
});

describe('the client prometheus-query, told our address as it would be told that of a Prometheus', () => {
  const ask = (options: object = {}) =>
    new PrometheusDriver({ endpoint: url, baseURL: '/telltale/api/v1', ...options });

  it.each([false, true])('asks for moments and ranges (preferPost: %s)', async (preferPost) => {
    const client = ask({ preferPost });
    const { resultType, result } = await client.instantQuery('http_requests_in_flight', END);
    expect(resultType).toBe('vector');
    expect(result).toMatchObject([
      { metric: { name: 'http_requests_in_flight', labels: { service: 'shop' } }, value: { value: 4 } },
    ]);
    const range = await client.rangeQuery('sum(rate(http_requests_total[5m]))', START + 600_000, END, 600);
    expect(range.result[0].values.map(({ value }: { value: number }) => value)).toEqual(Array(6).fill(0.6));
    expect(range.result[0].values[0].time).toEqual(new Date(START + 600_000));
  });

  it.each([false, true])('asks for series and labels (preferPost: %s)', async (preferPost) => {
    const client = ask({ preferPost });
    const series = await client.series('{service="shop"}', START, END);
    expect(series.map(({ name }) => name).sort()).toEqual([
      'http_requests_in_flight',
      'http_requests_total',
      'http_requests_total',
    ]);
    expect(await client.labelNames()).toEqual(['__name__', 'route', 'service']);
    expect(await client.labelNames('http_requests_in_flight', START, END)).toEqual(['__name__', 'service']);
    expect(await client.labelValues('route')).toEqual(['/customers/:id', '/orders']);
    expect(await client.labelValues('route', ['http_requests_total{route!="/orders"}'])).toEqual(['/customers/:id']);
  });

  it('asks for what else there is', async () => {
    const client = ask();
    expect(await client.metadata()).toEqual({ http_requests_total });
    expect(await client.rules()).toEqual([]);
    expect(await client.alerts()).toEqual([]);
    expect(await client.targets()).toEqual({ activeTargets: [], droppedTargets: [] });
    expect(await client.alertmanagers()).toEqual({ activeAlertmanagers: [], droppedAlertmanagers: [] });
    expect(await client.statusBuildinfo()).toMatchObject({ version: expect.stringMatching(/^3\.\d+\.\d+$/) });
    for (const status of [client.status(), client.statusFlags(), client.statusRuntimeInfo()]) {
      expect(await status).toBeTypeOf('object');
    }
  });

  it('hears what is wrong with a question', async () => {
    await expect(ask().instantQuery('sum(')).rejects.toMatchObject({
      httpStatus: 400,
      prometheus: { errorType: 'bad_data', error: expect.stringContaining('parse error') },
    });
    const warned: unknown[] = [];
    await expect(ask({ warningHook: (one: unknown) => warned.push(one) }).series([], START, END)).rejects.toMatchObject(
      {
        prometheus: { error: 'no match[] parameter provided' },
      },
    );
  });
});
