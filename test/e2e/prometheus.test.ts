import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BUCKETS } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteSummary, TrafficSummary } from '../../examples/shop/src/traffic/measurements.ts';
import { startTraffic } from '../../examples/shop/src/traffic.ts';
import { debianProgram } from '../servers/debian.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';

const MOST_TRAFFIC_MS = 45_000;
const LEAST_TRAFFIC_MS = 12_000;
const BUSY_ROUTES = 4;
/** Fewer answers than this say nothing of a 95th percentile. */
const ENOUGH = 20;

describe('The running example, scraped by a real Prometheus', () => {
  let shop: Awaited<ReturnType<typeof startShop>>;
  let prometheus: Prometheus;
  let seen: TrafficSummary;

  beforeAll(async () => {
    shop = await startShop();
    prometheus = await startPrometheus(new URL(shop.url).host);
    const traffic = startTraffic({ baseUrl: shop.url, requestsPerSecond: 30, seed: 7 });
    const enough = () => traffic.summary().routes.filter((route) => answersOf(route) >= ENOUGH).length >= BUSY_ROUTES;
    for (let waited = 0; waited < MOST_TRAFFIC_MS && (waited < LEAST_TRAFFIC_MS || !enough()); waited += 500) {
      await delay(500);
    }
    await traffic.stop();
    seen = traffic.summary();
    await delay(2_500);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await shop?.stop();
  });

  it('is up, and its exposition has no fault that promtool finds', async () => {
    expect((await prometheus.query('min_over_time(up[10s])')).result[0]?.value[1]).toBe('1');
    const { command, env } = await debianProgram('prometheus', 'promtool');
    const check = execFile(command, ['check', 'metrics'], { env });
    check.stdin!.end(await (await fetch(`${shop.url}/metrics`)).text());
    let complaints = '';
    for await (const text of check.stderr!) complaints += text;
    expect(complaints).toBe('');
  });

  it('has counted every whole answer under the route, method and status that the client saw', async () => {
    const { result } = await prometheus.query(
      'sum by (method, route, status_code) (http_requests_total{status_code!="499"})',
    );
    const counted = Object.fromEntries(
      result.map(({ metric, value }) => [`${metric.method} ${metric.route} ${metric.status_code}`, Number(value[1])]),
    );
    const answered = Object.fromEntries(
      seen.routes.flatMap(({ method, route, statuses }) =>
        Object.entries(statuses).map(([status, count]) => [`${labelOf(method)} ${route} ${status}`, count]),
      ),
    );
    // A client may hang up just after the service has sent everything: the service then counts an answer more.
    for (const [key, count] of Object.entries(counted)) {
      const slack =
        seen.routes.find(({ method, route }) => key.startsWith(`${labelOf(method)} ${route} `))?.hungUp ?? 0;
      expect(count, key).toBeGreaterThanOrEqual(answered[key] ?? 0);
      expect(count, key).toBeLessThanOrEqual((answered[key] ?? 0) + slack);
    }
    const missing = Object.keys(answered).filter((key) => counted[key] === undefined);
    expect(missing).toEqual([]);
  });

  it('counts what was broken off as aborted, and has nothing in flight when the traffic is over', async () => {
    const [aborted] = (await prometheus.query('sum(http_requests_aborted_total)')).result;
    expect(Number(aborted?.value[1])).toBeGreaterThan(0);
    expect(Number(aborted?.value[1])).toBeLessThanOrEqual(seen.hungUp + seen.failed);
    const [inFlight] = (await prometheus.query('http_requests_in_flight')).result;
    expect(inFlight?.value[1]).toBe('0');
  });

  it('puts the 95th percentile of no route above what the client saw, and agrees with it where neither had to wait', async () => {
    const { result } = await prometheus.query(
      'histogram_quantile(0.95, sum by (method, route, le) (http_request_duration_seconds_bucket{status_code!="499"}))',
    );
    const busy = seen.routes.filter((route) => answersOf(route) >= ENOUGH);
    expect(busy.length).toBeGreaterThanOrEqual(BUSY_ROUTES);
    const off = busy.map(({ method, route, p95Ms }) => {
      const found = result.find(({ metric }) => metric.method === method && metric.route === route);
      return bucketOf(Number(found?.value[1])) - bucketOf(p95Ms / 1000);
    });
    // No request took longer in the service than its client saw; the two count the 95th by one sample more or less.
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    // On a busy machine both wait for their turn before a request begins, which only the client sees.
    expect(Math.min(...off.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it('carries exemplars that lead from a bucket to a correlation ID', async () => {
    const now = Date.now() / 1000;
    const series = (await prometheus.api('query_exemplars', {
      query: 'http_request_duration_seconds_bucket',
      start: String(now - 60),
      end: String(now),
    })) as { exemplars: { labels: Record<string, string> }[] }[];
    expect(series.flatMap(({ exemplars }) => exemplars).some(({ labels }) => labels.correlation_id)).toBe(true);
  });

  it("shows the process's own figures beside the service's", async () => {
    const [memory] = (await prometheus.query('process_resident_memory_bytes{service="shop"}')).result;
    expect(Number(memory?.value[1])).toBeGreaterThan(10_000_000);
    const [lag] = (await prometheus.query('nodejs_eventloop_lag_p99_seconds{service="shop"}')).result;
    expect(Number(lag?.value[1])).toBeGreaterThan(0);
  });

  it('keeps routes to templates: a label value for each route and no more', async () => {
    const { result } = await prometheus.query('count by (route) (http_requests_total)');
    const routes = result.map(({ metric }) => metric.route!);
    expect(routes).toContain('unmatched');
    expect(routes.filter((route) => /\d/.test(route))).toEqual([]);
    expect(routes.length).toBeLessThan(25);
  });
});

/** The traffic's scanners use a WebDAV method, which is no label value of its own. */
function labelOf(method: string): string {
  return method === 'PROPFIND' ? 'other' : method;
}

function answersOf({ statuses }: RouteSummary): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

function bucketOf(seconds: number): number {
  const bucket = DEFAULT_BUCKETS.findIndex((bound) => seconds <= bound);
  return bucket < 0 ? DEFAULT_BUCKETS.length : bucket;
}

/** The example as `npm start` runs it, without traffic of its own. */
async function startShop(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const main = fileURLToPath(new URL('../../examples/shop/src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    cwd: fileURLToPath(new URL('../../examples/shop/', import.meta.url)),
    env: { ...process.env, PORT: '0', TRAFFIC: 'off', LOG_LEVEL: 'ERROR' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return { url, stop };
    }
  }
  throw new Error(`The example ended with exit code ${child.exitCode} before it said where it is.`);
}
