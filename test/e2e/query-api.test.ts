import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createMonitor, resolveConfig } from '@telltale/core';
import { queryApi } from '@telltale/dashboard';
import { historyEngine, readKpis, startHistory } from '@telltale/history';
import { expressMonitoring, httpOptions } from '@telltale/http';
import { createQueryEngine, MemorySource } from '@telltale/promql';
import express from 'express';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianProgram } from '../servers/debian.ts';

const run = promisify(execFile);
const START = 1_700_000_000_000;
const MINUTES = 60;
const END = START + MINUTES * 60_000;

function orders(): MemorySource {
  const source = new MemorySource();
  for (let minute = 0; minute <= MINUTES; minute++) {
    const time = START + minute * 60_000;
    for (const [route, each] of [
      ['/orders', 30],
      ['/customers/:id', 6],
    ] as const) {
      const labels = { __name__: 'http_requests_total', service: 'shop', method: 'GET', route, status_code: '200' };
      source.append(labels, time, minute * each);
    }
    source.append({ __name__: 'http_requests_in_flight', service: 'shop' }, time, minute % 7);
  }
  return source;
}

const monitor = createMonitor({ registry: new Registry(), logLevel: 'CRITICAL' }, {});
let server: Server;
let url: string;
beforeAll(async () => {
  const engine = createQueryEngine(orders(), {
    metadata: () => ({ http_requests_total: [{ type: 'counter', help: 'Requests ended.', unit: '' }] }),
  });
  const api = queryApi(engine, { monitor });
  server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    if (api.takes(request.method, path)) void api.answer(request, response, path);
    else response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/telltale`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await monitor.close();
});

describe('promtool, told our address as it would be told that of a Prometheus', () => {
  const rfc = (time: number) => new Date(time).toISOString();
  async function promtool(...parameters: string[]): Promise<string[]> {
    const { command, env } = await debianProgram('prometheus', 'promtool');
    const [verb, ...rest] = parameters as [string, ...string[]];
    const { stdout } = await run(command, ['query', verb, ...rest], { env });
    return stdout.trim().split('\n').filter(Boolean);
  }

  it('asks for a moment', async () => {
    const lines = await promtool('instant', '--time', rfc(END), url, 'sum by (route) (rate(http_requests_total[5m]))');
    expect(lines.sort()).toEqual([
      `{route="/customers/:id"} => 0.1 @[${END / 1000}]`,
      `{route="/orders"} => 0.5 @[${END / 1000}]`,
    ]);
    expect(await promtool('instant', url, '1 + 1')).toEqual([expect.stringMatching(/^scalar: 2 @\[/)]);
  });

  it('asks for a range', async () => {
    const span = ['--start', String(START / 1000), '--end', String(END / 1000), '--step', '30m'];
    const lines = await promtool('range', ...span, url, 'http_requests_in_flight');
    expect(lines).toEqual([
      'http_requests_in_flight{service="shop"} =>',
      `0 @[${START / 1000}]`,
      `2 @[${START / 1000 + 1800}]`,
      `4 @[${END / 1000}]`,
    ]);
  });

  it('asks for series and label values', async () => {
    const span = ['--start', rfc(START), '--end', rfc(END)];
    const series = await promtool('series', '--match', 'http_requests_total{route=~"/o.*"}', ...span, url);
    expect(series).toEqual([
      '{__name__="http_requests_total", method="GET", route="/orders", service="shop", status_code="200"}',
    ]);
    expect(await promtool('series', '--match', '{service="shop"}', ...span, url)).toHaveLength(3);
    expect(await promtool('labels', ...span, url, 'route')).toEqual(['/customers/:id', '/orders']);
    expect(await promtool('labels', ...span, url, '__name__')).toEqual([
      'http_requests_in_flight',
      'http_requests_total',
    ]);
  });

  it('hears what is wrong with a question', async () => {
    const asked = promtool('instant', url, 'rate(http_requests_total)');
    await expect(asked).rejects.toThrow(/bad_data: invalid parameter "query": 1:6: parse error: expected type range/);
    const ambiguous = 'http_requests_total + on (service) http_requests_total';
    await expect(promtool('instant', '--time', rfc(END), url, ambiguous)).rejects.toThrow(/execution: /);
  });
});

describe('Grafana, as far as it can be had here: the requests of its Prometheus data source', () => {
  const form = (parameters: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(parameters),
    headers: { 'accept-encoding': 'gzip', 'x-grafana-org-id': '1' },
  });
  const get = async (path: string, init?: object) => {
    const response = await fetch(`${url}/api/v1/${path}`, init);
    expect(response.status, path).toBe(200);
    return ((await response.json()) as { data: unknown }).data;
  };

  it('finds the data source healthy, and what it can do', async () => {
    expect(await get('query', form({ query: '1+1', time: '4' }))).toEqual({ resultType: 'scalar', result: [4, '2'] });
    expect(await get('status/buildinfo')).not.toHaveProperty('features');
    expect(await get('query_exemplars', form({ query: 'http_requests_total', start: '0', end: '1' }))).toEqual([]);
  });

  it('fills the query builder and draws a panel', async () => {
    const span = { start: String(START / 1000), end: String(END / 1000) };
    const within = `${new URLSearchParams(span)}&limit=40000`;
    expect(await get(`label/__name__/values?${within}`)).toHaveLength(2);
    expect(await get(`labels?${within}&match%5B%5D=http_requests_total`)).toContain('route');
    expect(await get('labels', form({ ...span, 'match[]': '{__name__="http_requests_total"}' }))).toContain('route');
    expect(await get(`label/route/values?${within}&match%5B%5D=http_requests_total`)).toHaveLength(2);
    expect(await get('metadata?limit=1000')).toHaveProperty('http_requests_total');
    expect(await get('rules?type=alert')).toEqual({ groups: [] });
    const query = 'sum by (route) (rate(http_requests_total{service=~"shop|.+"}[1m15s]))';
    expect(await get('query_range', form({ ...span, query, step: '15' }))).toMatchObject({
      resultType: 'matrix',
      result: [{ metric: { route: '/customers/:id' } }, { metric: { route: '/orders' } }],
    });
  });
});

describe('a service that remembers by itself', () => {
  const token = ['to', 'ken'].join('');
  let passed = 0;
  const clock = { now: () => END + passed, monotonic: () => passed };
  const service = createMonitor({ registry: new Registry(), serviceName: 'shop', logLevel: 'CRITICAL', clock }, {});
  const history = startHistory(service, { backends: ['memory'] });
  const engine = historyEngine(history, { monitor: service });
  let app: Server;
  let address: string;

  beforeAll(async () => {
    const api = queryApi(engine, { monitor: service });
    app = express()
      .use(expressMonitoring(service, resolveConfig(httpOptions, { token }, {}), api))
      .get('/orders/:id', (_, response) => void response.json({}))
      .listen(0, '127.0.0.1');
    await once(app, 'listening');
    address = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    for (let minute = 0; minute <= 5; minute++) {
      for (let id = 0; id < 6; id++) await fetch(`${address}/orders/${id}`).then((response) => response.text());
      await history.flush();
      passed += 60_000;
    }
    passed -= 60_000;
  });
  afterAll(async () => {
    app.close();
    app.closeAllConnections();
    await service.close();
  });

  const ask = async (path: string, init: RequestInit = { headers: { authorization: `Bearer ${token}` } }) => {
    const response = await fetch(`${address}/telltale/api/v1/${path}`, init);
    const text = await response.text();
    return { status: response.status, answer: text.startsWith('{') ? JSON.parse(text) : text };
  };

  it('answers whoever has the token, and nobody else', async () => {
    const query = new URLSearchParams({ query: 'sum by (route) (increase(http_requests_total[4m]))' });
    expect((await ask(`query?${query}`)).answer.data.result).toEqual([
      { metric: { route: '/orders/:id' }, value: [clock.now() / 1000, '24'] },
    ]);
    for (const path of ['query?query=1', 'labels', 'status/buildinfo', 'nothing']) {
      expect((await ask(path, {})).status, path).toBe(401);
    }
  });

  it('says of its metrics what a scrape would say', async () => {
    expect((await ask('metadata?metric=http_requests_total')).answer.data).toEqual({
      http_requests_total: [{ type: 'counter', help: expect.stringContaining('status code'), unit: '' }],
    });
    expect((await ask('label/route/values')).answer.data).toContain('/orders/:id');
  });

  it('holds its figures against their targets', async () => {
    const readings = await readKpis(engine);
    const states = Object.fromEntries(readings.map(({ name, value, state }) => [name, [value, state]]));
    expect(states['Request error rate']).toEqual([0, 'ok']);
    expect(states['Request latency P95']).toEqual([expect.any(Number), 'ok']);
    expect(states['Cache hit rate']).toEqual([undefined, 'no data']);
  });
});
