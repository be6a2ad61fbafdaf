import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMonitor } from '@telltale/core';
import { queryApi } from '@telltale/dashboard';
import { type ApiData, createQueryEngine, MemorySource, PROMETHEUS_2, type QueryEngine } from '@telltale/promql';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusSource } from '../../packages/history/src/prometheus/source.ts';
import { differenceOf } from './compare-outcomes.ts';
import { CORPUS } from './corpus.ts';
import { createDataset } from './dataset.ts';
import { ExpressionGenerator } from './generate-expression.ts';
import { type ApiRequest, generatedRequests, oddRequests, writtenRequests } from './http-requests.ts';
import { Random } from './random.ts';
import { type Reference, startReference } from './reference.ts';

const GENERATED = Number(process.env.API_REQUESTS ?? 400);
const COMPARED_HEADERS = [
  'allow',
  'access-control-allow-origin',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
];

const dataset = createDataset(new Random(7));
const source = new MemorySource();
source.add(...dataset);
const failures: unknown[] = [];
const monitor = createMonitor(
  { registry: new Registry(), logLevel: 'CRITICAL', onError: (error) => failures.push(error) },
  {},
);

const servers: Server[] = [];

/** The address of a server that has the API over an engine. */
async function serve(engine: QueryEngine): Promise<string> {
  const api = queryApi(engine, { monitor, corsOrigin: /.*/ });
  const server = createServer((request, response) => {
    void api.answer(request, response, request.url!.split('?')[0]!);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/telltale`;
}

let reference: Reference;
let ours: string;
beforeAll(async () => {
  reference = await startReference(dataset);
  ours = await serve(createQueryEngine(source, { dialect: PROMETHEUS_2 }));
});
afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await monitor.close();
  await reference.stop();
});

interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly headers: readonly (string | null)[];
  readonly text: string;
}

async function ask(base: string, { path, method = 'GET', query, form, headers }: ApiRequest): Promise<Reply> {
  const response = await fetch(`${base}/api/v1/${path}${query === undefined ? '' : `?${query}`}`, {
    method,
    body: form,
    redirect: 'manual',
    headers: { ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    headers: COMPARED_HEADERS.map((name) => response.headers.get(name)),
    text: await response.text(),
  };
}

function difference(ours: Reply, theirs: Reply): string | undefined {
  if (ours.status !== theirs.status)
    return `status ${ours.status} against ${theirs.status}: ${ours.text} ${theirs.text}`;
  if (ours.contentType !== theirs.contentType) return `${ours.contentType} against ${theirs.contentType}`;
  if (String(ours.headers) !== String(theirs.headers)) return `${ours.headers} against ${theirs.headers}`;
  if (theirs.contentType !== 'application/json') return ours.text === theirs.text ? undefined : `${ours.text}`;
  const [a, b] = [JSON.parse(ours.text), JSON.parse(theirs.text)];
  if (a.status !== b.status || a.errorType !== b.errorType) return `${ours.text} against ${theirs.text}`;
  if (a.status === 'error') return typeof a.error === 'string' && a.error !== '' ? undefined : 'an error without words';
  if (isResult(a.data) && isResult(b.data)) return differenceOf({ data: a.data }, { data: b.data }, false);
  return JSON.stringify(a.data) === JSON.stringify(b.data) ? undefined : `${ours.text} against ${theirs.text}`;
}

function isResult(data: unknown): data is ApiData {
  return typeof data === 'object' && data !== null && 'resultType' in data;
}

/** An instant query without a time is answered as of now, which is not the same moment twice. */
function timeless({ path, query }: ApiRequest): boolean {
  return path === 'query' && /time=(?:&|$)/.test(query ?? '');
}

describe("beside a real Prometheus's HTTP API over the same samples", () => {
  test(`written requests and ${GENERATED} generated ones have the same answers`, { timeout: 120_000 }, async () => {
    const requests = [...writtenRequests(), ...generatedRequests(new Random(3), GENERATED)];
    const differences: string[] = [];
    const statuses: Record<number, number> = {};
    for (const request of requests) {
      const [one, other] = await Promise.all([ask(ours, request), ask(`${reference.url}`, request)]);
      statuses[other.status] = (statuses[other.status] ?? 0) + 1;
      const found = timeless(request) ? undefined : difference(one, other);
      if (found !== undefined) differences.push(`${JSON.stringify(request)}\n  ${found}`);
    }
    console.info(`Prometheus ${reference.version}: ${requests.length} requests, answered ${JSON.stringify(statuses)}`);
    expect(differences).toEqual([]);
  });

  test('a real Prometheus as the source is answered for as it answers itself', { timeout: 60_000 }, async () => {
    const through = await serve(prometheusSource(reference.url));
    const differences: string[] = [];
    for (const request of writtenRequests()) {
      const [one, other] = await Promise.all([ask(through, request), ask(reference.url, request)]);
      const found = timeless(request) ? undefined : difference(one, other);
      if (found !== undefined) differences.push(`${JSON.stringify(request)}\n  ${found}`);
    }
    expect(differences).toEqual([]);
  });

  test('no request, however odd, is more than refused', { timeout: 60_000 }, async () => {
    const statuses = new Set<number>();
    for (const request of oddRequests(new Random(13), GENERATED)) {
      const { status, contentType, text } = await ask(ours, request);
      statuses.add(status);
      if (contentType === 'application/json') expect(JSON.parse(text)).toHaveProperty('status');
    }
    expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400]));
    expect([...statuses].filter((status) => status === 500)).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('expressions are formatted alike', { timeout: 60_000 }, async () => {
    const generator = new ExpressionGenerator(new Random(11));
    const generated = Array.from({ length: GENERATED }, () => generator.expression());
    const differences: string[] = [];
    for (const query of [...CORPUS.map(({ expression }) => expression), ...generated].filter(isFormattedWell)) {
      const request = { path: 'format_query', method: 'POST', form: new URLSearchParams({ query }).toString() };
      const replies = await Promise.all([ask(ours, request), ask(reference.url, request)]);
      const [one, other] = replies.map((reply) => (SUBQUERY.test(query) ? withoutIndents(reply) : reply));
      const found = difference(one!, other!);
      if (found !== undefined) differences.push(`${query}\n  ${found}`);
    }
    expect(differences).toEqual([]);
  });
});

/** Prometheus 2.42 forgets a group modifier after an empty ignoring, and takes no number for a duration. */
function isFormattedWell(query: string): boolean {
  return !/ignoring \(\) group_/.test(query) && !/\[\d+\]/.test(query);
}

/** It forgets to indent a subquery that fits on a line, too. */
const SUBQUERY = /\[[^\]]*:[^\]]*\]/;

function withoutIndents(reply: Reply): Reply {
  return { ...reply, text: reply.text.replaceAll(/\\n +/g, '\\n') };
}
