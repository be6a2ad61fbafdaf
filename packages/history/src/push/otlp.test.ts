import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import promClient from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { recording } from '../../test/recording.ts';
import { historyMetrics } from '../metrics.ts';

/** An HTTP receiver of OTLP that keeps the JSON it got, and answers by `status`. */
async function receiver(status: () => number) {
  const bodies: { path: string; json: OtlpJson }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    bodies.push({ path: request.url!, json: JSON.parse(String(text)) });
    response.writeHead(status(), { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { bodies, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface OtlpJson {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: unknown }[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

test('counters, gauges and whole histograms arrive at a collector', async () => {
  const { bodies, endpoint } = await receiver(() => 200);
  const { monitor, flushAt, errors } = recording({ backends: ['otlp'], otlpEndpoint: endpoint });
  monitor.instruments
    .counter({ name: 'a_total', help: 'A.', labelNames: ['route'] })
    .labels('/a')
    .inc(3);
  monitor.instruments.gauge({ name: 'level', help: 'L.' }).set(-1.5);
  const seconds = monitor.instruments.histogram({ name: 'h_seconds', help: 'H.', buckets: [0.5, 1] });
  for (const value of [0.1, 0.7, 0.7, 9]) seconds.observe(value);
  await flushAt(0);
  await flushAt(10);
  expect(errors).toEqual([]);
  expect(bodies.map(({ path }) => path)).toEqual(['/v1/metrics', '/v1/metrics']);
  const [resource] = bodies[1]!.json.resourceMetrics;
  expect(Object.fromEntries(resource!.resource.attributes.map(({ key, value }) => [key, value]))).toMatchObject({
    'service.name': { stringValue: 'orders' },
    'service.instance.id': { stringValue: 'here' },
  });
  const metrics = resource!.scopeMetrics[0]!.metrics;
  expect(metrics.filter(({ name }) => ['a_total', 'level', 'h_seconds'].includes(name))).toMatchInlineSnapshot(`
    [
      {
        "description": "A.",
        "name": "a_total",
        "sum": {
          "aggregationTemporality": 2,
          "dataPoints": [
            {
              "asDouble": 3,
              "attributes": [
                {
                  "key": "route",
                  "value": {
                    "stringValue": "/a",
                  },
                },
              ],
              "startTimeUnixNano": "1795341600000000000",
              "timeUnixNano": "1795341610000000000",
            },
          ],
          "isMonotonic": true,
        },
        "unit": "",
      },
      {
        "description": "L.",
        "gauge": {
          "dataPoints": [
            {
              "asDouble": -1.5,
              "attributes": [],
              "startTimeUnixNano": "1795341600000000000",
              "timeUnixNano": "1795341610000000000",
            },
          ],
        },
        "name": "level",
        "unit": "",
      },
      {
        "description": "H.",
        "histogram": {
          "aggregationTemporality": 2,
          "dataPoints": [
            {
              "attributes": [],
              "bucketCounts": [
                1,
                2,
                1,
              ],
              "count": 4,
              "explicitBounds": [
                0.5,
                1,
              ],
              "startTimeUnixNano": "1795341600000000000",
              "sum": 10.5,
              "timeUnixNano": "1795341610000000000",
            },
          ],
        },
        "name": "h_seconds",
        "unit": "",
      },
    ]
  `);
});

test('a collector that refuses is reported, and what it missed is counted as dropped', async () => {
  let status = 400;
  const { bodies, endpoint } = await receiver(() => status);
  const { monitor, flushAt, errors } = recording({ backends: ['otlp', 'memory'], otlpEndpoint: endpoint });
  await flushAt(0);
  status = 200;
  await flushAt(10);
  expect(errors).toEqual([expect.stringMatching(/^history: /)]);
  expect(bodies).toHaveLength(2);
  const dropped = monitor.instruments.counter({
    name: 'telltale_history_dropped_samples_total',
    help: 'Samples that a store did not get: it failed, or was behind by more than the buffer holds.',
    labelNames: ['store'],
  });
  expect(dropped.labels('otlp').value).toBeGreaterThan(0);
  expect(dropped.labels('memory').value).toBe(0);
});

test('labels of a metric of its own arrive as they are, and what JSON cannot say is left out', async () => {
  const { bodies, endpoint } = await receiver(() => 200);
  const { monitor, registry, flushAt } = recording({ backends: ['otlp'], otlpEndpoint: endpoint });
  const { instruments } = monitor;
  instruments
    .counter({ name: 'calls_total', help: 'C.', labelNames: ['service'] })
    .labels('payments')
    .inc(2);
  const level = new promClient.Gauge({ name: 'level', help: 'L.', labelNames: ['le'], registers: [registry] });
  for (const [le, value] of Object.entries({ finite: 1, nan: Number.NaN, most: Number.POSITIVE_INFINITY })) {
    level.set({ le }, value);
  }
  await flushAt(0);
  const points = (name: string) => {
    const { metrics } = bodies[0]!.json.resourceMetrics[0]!.scopeMetrics[0]!;
    const metric = metrics.find((each) => each.name === name) as unknown as Record<string, { dataPoints: unknown[] }>;
    return (metric.sum ?? metric.gauge)!.dataPoints;
  };
  const attribute = (key: string, stringValue: string) => [{ key, value: { stringValue } }];
  expect(points('calls_total')).toMatchObject([{ asDouble: 2, attributes: attribute('service', 'payments') }]);
  expect(points('level')).toMatchObject([{ asDouble: 1, attributes: attribute('le', 'finite') }]);
  expect(JSON.stringify(bodies[0]!.json)).not.toContain('null');
});

test('a collector that never answers holds the end up for no longer than five seconds, and what it missed is counted', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { monitor, history, flushAt } = recording({ backends: ['otlp', 'memory'], otlpEndpoint: endpoint });
  const realTimeout = globalThis.setTimeout;
  const waits: number[] = [];
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  void flushAt(0);
  await once(server, 'request');
  vi.stubGlobal('setTimeout', (work: () => void, ms: number) => {
    waits.push(ms);
    return realTimeout(work, ms === 5_000 ? 0 : ms);
  });
  await history.close();
  expect(waits).toContain(5_000);
  const dropped = monitor.instruments.counter(historyMetrics.dropped);
  // The snapshot in hand, the last, and the end of all series.
  expect(dropped.labels('otlp').value).toBeGreaterThan(30);
  expect(dropped.labels('memory').value).toBe(0);
});
