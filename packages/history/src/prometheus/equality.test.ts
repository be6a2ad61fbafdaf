import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTENT_TYPES, createMonitor, type Monitor, negotiateFormat } from '@telltale/core';
import promClient from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Prometheus, startPrometheus } from '../../../../test/servers/prometheus.ts';
import { vectorAt } from '../../test/samples.ts';
import { type History, startHistory } from '../history.ts';

/** What scraping and recording say of themselves, on one side only or at their own moment. */
const OWN = /^(scrape_|telltale_history_|log_)/;

let monitor: Monitor;
let registry: promClient.Registry;
let history: History;
let prometheus: Prometheus;
let server: Server;
let scrapes = 0;

beforeAll(async () => {
  registry = new promClient.Registry();
  monitor = createMonitor({ serviceName: 'test', registry, defaultMetrics: false }, {});
  server = createServer(async (request, response) => {
    const format = negotiateFormat(request.headers.accept);
    response.setHeader('content-type', CONTENT_TYPES[format]);
    for await (const chunk of monitor.scrape(format)) response.write(chunk);
    response.end();
    scrapes++;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  history = startHistory(monitor, { backends: ['memory'], instance: target });
  prometheus = await startPrometheus(target);
});

afterAll(async () => {
  await monitor.close();
  await prometheus.stop();
  server.closeAllConnections();
  server.close();
});

/** Both sides' series with their values, once both have read what is there now. */
async function bothNow(): Promise<{ ours: string[]; theirs: string[] }> {
  await history.flush();
  const before = scrapes;
  // A scrape that ended is in the database a moment later, at the latest when the next has ended.
  while (scrapes < before + 2) await delay(50);
  const all = '{__name__=~".+"}';
  const elements = await vectorAt(history.source, all, Date.now());
  const { result } = await prometheus.query(all);
  return {
    ours: linesOf(elements.map(({ metric, value }) => [metric, value])),
    theirs: linesOf(result.map(({ metric, value }) => [metric, Number(value[1].replace('Inf', 'Infinity'))])),
  };
}

function linesOf(series: readonly (readonly [metric: Readonly<Record<string, string>>, value: number])[]): string[] {
  return series
    .filter(([metric]) => !OWN.test(metric.__name__!))
    .map(([metric, value]) => `${JSON.stringify(Object.entries(metric).sort())} ${value}`)
    .sort();
}

test('the recorder holds what a Prometheus that scrapes the process holds: series, labels, values and ends', async () => {
  const { instruments } = monitor;
  const requests = instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['job', 'route'] });
  requests.labels('mine', '/a').inc(3);
  requests.labels('', '/b').inc(0.1);
  const seconds = instruments.histogram({
    name: 'h_seconds',
    help: 'H.',
    labelNames: ['le_'],
    buckets: [0.25, 1, 100],
  });
  for (const value of [0.1, 0.7, 0.7, 5, 1e6]) seconds.labels('x').observe(value);
  const levels = instruments.gauge({ name: 'level', help: 'L.', labelNames: ['room', 'instance'] });
  for (const [room, value] of [
    ['nan', Number.NaN],
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['tiny', 5e-324],
  ] as const) {
    levels.labels(room, 'own').set(value);
  }
  const registers = [registry];
  new promClient.Counter({ name: 'theirs', help: 'T.', labelNames: ['x'], registers }).inc({ x: 'a"b\\c\nd' }, 2);
  new promClient.Summary({ name: 'waits', help: 'S.', percentiles: [0.5, 1], registers }).observe(4);
  new promClient.Histogram({ name: 'sizes', help: 'S.', buckets: [1, 2.5], registers }).observe(2);

  const first = await bothNow();
  expect(first.ours).toEqual(first.theirs);
  expect(first.ours.length).toBeGreaterThan(20);

  levels.remove({ room: 'nan', instance: 'own' });
  registry.removeSingleMetric('waits');
  requests.labels('mine', '/a').inc();
  const second = await bothNow();
  expect(second.ours).toEqual(second.theirs);
  expect(second.ours.length).toBe(first.ours.length - 5);
});
