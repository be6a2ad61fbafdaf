import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter as SuccessorCounter, Registry as SuccessorRegistry } from '@prometheus-io/client';
import fc from 'fast-check';
import promClient from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { debianProgram } from '../../../../test/servers/debian.ts';
import { testMonitor } from '../../test/test-monitor.ts';
import { ownMetrics } from '../metrics.ts';
import type { Gauge } from '../registry/gauge.ts';

/** One of everything, ours and prom-client's, with values that are hard to write. */
function fill({ monitor, registry }: ReturnType<typeof testMonitor>): void {
  const { instruments } = monitor;
  const registers = [registry];
  const help = 'A "quoted" \\ help\nin two lines.';
  instruments.counter({ name: 'our_total', help, labelNames: ['path'] }).inc({ path: 'a"b\\c\nd' }, 0.1);
  instruments.gauge({ name: 'our_level', help, labelNames: ['nothing'] }).set({ nothing: '' }, Number.NaN);
  const seconds = instruments.histogram({ name: 'our_seconds', help, labelNames: ['route'], buckets: [0.5, 1, 1e21] });
  const series = seconds.labels('/a');
  series.observe(0.7, { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' });
  series.observe(2, { trace_id: 'x'.repeat(200) });
  series.observe(Number.MAX_VALUE, { 'not a name': 'x' });
  new promClient.Counter({ name: 'their_total', help, labelNames: ['path'], registers }).inc({ path: 'a"b\\c\nd' });
  new promClient.Counter({ name: 'their_count', help, registers }).inc();
  new promClient.Summary({ name: 'their_waits', help, labelNames: ['a'], percentiles: [0.5, 1], registers }).observe(
    { a: 'x' },
    3,
  );
  new promClient.Histogram({ name: 'their_seconds', help, labelNames: ['a'], buckets: [0.5, 1], registers }).observe(
    { a: 'x' },
    0.7,
  );
  new promClient.Gauge({ name: 'their_level', help, registers }).set(Number.NEGATIVE_INFINITY);
}

const withoutOwn = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^(# (HELP|TYPE) )?(telltale|log)_/.test(line))
    .join('\n');

test('the Prometheus text format has everything in the registry, ours or not', async () => {
  const monitor = testMonitor();
  fill(monitor);
  expect(withoutOwn(await monitor.scrape(undefined, 'text'))).toMatchInlineSnapshot(`
    "# HELP our_total A "quoted" \\\\ help\\nin two lines.
    # TYPE our_total counter
    our_total{path="a\\"b\\\\c\\nd",service="orders"} 0.1
    # HELP our_level A "quoted" \\\\ help\\nin two lines.
    # TYPE our_level gauge
    our_level{service="orders"} NaN
    # HELP our_seconds A "quoted" \\\\ help\\nin two lines.
    # TYPE our_seconds histogram
    our_seconds_bucket{route="/a",service="orders",le="0.5"} 0
    our_seconds_bucket{route="/a",service="orders",le="1"} 1
    our_seconds_bucket{route="/a",service="orders",le="1e+21"} 2
    our_seconds_bucket{route="/a",service="orders",le="+Inf"} 3
    our_seconds_sum{route="/a",service="orders"} 1.7976931348623157e+308
    our_seconds_count{route="/a",service="orders"} 3
    # HELP their_total A "quoted" \\\\ help\\nin two lines.
    # TYPE their_total counter
    their_total{service="orders",path="a\\"b\\\\c\\nd"} 1
    # HELP their_count A "quoted" \\\\ help\\nin two lines.
    # TYPE their_count counter
    their_count{service="orders"} 1
    # HELP their_waits A "quoted" \\\\ help\\nin two lines.
    # TYPE their_waits summary
    their_waits{service="orders",quantile="0.5",a="x"} 3
    their_waits{service="orders",quantile="1",a="x"} 3
    their_waits_sum{service="orders",a="x"} 3
    their_waits_count{service="orders",a="x"} 1
    # HELP their_seconds A "quoted" \\\\ help\\nin two lines.
    # TYPE their_seconds histogram
    their_seconds_bucket{service="orders",le="0.5",a="x"} 0
    their_seconds_bucket{service="orders",le="1",a="x"} 1
    their_seconds_bucket{service="orders",le="+Inf",a="x"} 1
    their_seconds_sum{service="orders",a="x"} 0.7
    their_seconds_count{service="orders",a="x"} 1
    # HELP their_level A "quoted" \\\\ help\\nin two lines.
    # TYPE their_level gauge
    their_level{service="orders"} -Inf
    "
  `);
});

test('OpenMetrics has exemplars, canonical numbers and counters by their family', async () => {
  const monitor = testMonitor();
  fill(monitor);
  expect(withoutOwn(await monitor.scrape(undefined, 'openmetrics'))).toMatchInlineSnapshot(`
    "# HELP our A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE our counter
    our_total{path="a\\"b\\\\c\\nd",service="orders"} 0.1
    # HELP our_level A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE our_level gauge
    our_level{service="orders"} NaN
    # HELP our_seconds A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE our_seconds histogram
    our_seconds_bucket{route="/a",service="orders",le="0.5"} 0
    our_seconds_bucket{route="/a",service="orders",le="1.0"} 1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.7 1795341600
    our_seconds_bucket{route="/a",service="orders",le="1e+21"} 2
    our_seconds_bucket{route="/a",service="orders",le="+Inf"} 3
    our_seconds_sum{route="/a",service="orders"} 1.7976931348623157e+308
    our_seconds_count{route="/a",service="orders"} 3
    # HELP their A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE their counter
    their_total{service="orders",path="a\\"b\\\\c\\nd"} 1
    # HELP their_count A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE their_count counter
    their_count_total{service="orders"} 1
    # HELP their_waits A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE their_waits summary
    their_waits{service="orders",quantile="0.5",a="x"} 3
    their_waits{service="orders",quantile="1.0",a="x"} 3
    their_waits_sum{service="orders",a="x"} 3
    their_waits_count{service="orders",a="x"} 1
    # HELP their_seconds A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE their_seconds histogram
    their_seconds_bucket{service="orders",le="0.5",a="x"} 0
    their_seconds_bucket{service="orders",le="1.0",a="x"} 1
    their_seconds_bucket{service="orders",le="+Inf",a="x"} 1
    their_seconds_sum{service="orders",a="x"} 0.7
    their_seconds_count{service="orders",a="x"} 1
    # HELP their_level A \\"quoted\\" \\\\ help\\nin two lines.
    # TYPE their_level gauge
    their_level{service="orders"} -Inf
    # EOF
    "
  `);
});

test("prom-client's own exemplars are written too", async () => {
  const registry = new promClient.Registry();
  registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE as never);
  const { scrape } = testMonitor({ registry });
  const histogram = new promClient.Histogram({
    name: 'their_seconds',
    help: 'T.',
    buckets: [1],
    enableExemplars: true,
    registers: [registry],
  } as never) as promClient.Histogram;
  (histogram.observe as (data: object) => void).call(histogram, { value: 0.5, exemplarLabels: { trace_id: 'abc' } });
  expect(await scrape('their_seconds', 'openmetrics')).toMatch(
    /^their_seconds_bucket\{le="1.0"\} 1 # \{trace_id="abc"\} 0.5 [\d.]+$/m,
  );
});

test('promtool has no complaint of the text format', async () => {
  const monitor = testMonitor({ defaultMetrics: true });
  fill(monitor);
  monitor.registry.removeSingleMetric('their_count'); // A counter without _total, of which promtool rightly complains.
  const { command, env } = await debianProgram('prometheus', 'promtool');
  const input = await monitor.scrape(undefined, 'text');
  expect(execFileSync(command, ['check', 'metrics'], { input, env, encoding: 'utf8', stdio: 'pipe' })).toBe('');
});

test("Prometheus's parser reads every sample of the OpenMetrics format", async () => {
  const monitor = testMonitor({ defaultMetrics: true });
  fill(monitor);
  const text = await monitor.scrape(undefined, 'openmetrics');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-openmetrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // The one command of promtool that reads OpenMetrics fills a database, for which samples need a time.
  const timed = text
    .replace(/^(?!#)(.*?(?:\}| )[^ }]+)( # \{.*)?$/gm, '$1 1795341600$2')
    .replace(/\n 1795341600$/, '\n');
  writeFileSync(join(folder, 'metrics'), timed);
  const { command, env } = await debianProgram('prometheus', 'promtool');
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'metrics'), join(folder, 'db')];
  expect(execFileSync(command, args, { env, encoding: 'utf8', stdio: 'pipe' })).toContain('BLOCK ULID');
});

test('any help and label value comes back as it was from a reader of the format', async () => {
  const unescaped = (text: string): string =>
    text.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
  const { monitor, scrape } = testMonitor();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60, minLength: 1 }), async (value) => {
      const name = `m${++count}_total`;
      monitor.instruments.counter({ name, help: value, labelNames: ['v'] }).inc({ v: value });
      const text = await scrape();
      expect(text.split('\n').filter((line) => line.startsWith(`${name}{`))).toHaveLength(1);
      const [, label] = new RegExp(`^${name}\\{v="((?:[^"\\\\]|\\\\.)*)",service="orders"\\} 1$`, 'm').exec(text)!;
      expect(unescaped(label!)).toBe(value);
      const [, help] = new RegExp(`^# HELP ${name} (.*)$`, 'm').exec(text)!;
      expect(unescaped(help!)).toBe(value);
    }),
    { numRuns: 50 },
  );
});

test('a default label gives way to a label of the instrument and of a registry', async () => {
  const registry = new promClient.Registry();
  registry.setDefaultLabels({ service: 'theirs', region: 'eu' });
  const { monitor, scrape } = testMonitor({ registry });
  monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['service'] }).inc({ service: 'mine' });
  new promClient.Counter({ name: 'b_total', help: 'B.', registers: [registry] });
  expect(await scrape('a_total')).toBe('a_total{service="mine"} 1');
  expect(await scrape('b_total')).toBe('b_total{service="theirs",region="eu"} 0');
});

test('several registries are one exposition, and the first to have a name gives it', async () => {
  const first = new promClient.Registry();
  const second = new SuccessorRegistry();
  new SuccessorCounter({ name: 'a_total', help: 'A.', registers: [second] }).inc();
  new SuccessorCounter({ name: 'log_messages_total', help: 'Theirs.', registers: [second] }).inc(9);
  const { scrape } = testMonitor({ registry: [first, second] });
  expect(await scrape('a_total')).toBe('a_total 1');
  expect(await scrape()).not.toContain('Theirs.');
});

test('a metric that cannot be read loses only itself', async () => {
  const { monitor, registry, scrape, errors } = testMonitor();
  const fail = (message: string) => () => {
    throw new Error(message);
  };
  const help = 'H.';
  new promClient.Gauge({ name: 'theirs_collect', help, registers: [registry], collect: fail('theirs') });
  registry.registerMetric({ name: 'theirs_get', get: async () => fail('get')() } as never);
  registry.registerMetric({ name: 'theirs_shape', get: async () => ({}) } as never);
  const hostile = { value: 1, labels: { a: Object.create(null) } };
  registry.registerMetric({
    name: 'theirs_value',
    get: async () => ({ name: 'theirs_value', help, type: 'gauge', values: [hostile] }),
  } as never);
  monitor.instruments.gauge({ name: 'ours', help, collect: fail('ours') });
  monitor.instruments.gauge({ name: 'ours_async', help, collect: async () => fail('ours async')() });
  monitor.instruments.counter({ name: 'last_total', help });
  expect(await scrape('last_total')).toBe('last_total 0');
  expect(errors.filter((error) => error.startsWith('exposition: '))).toHaveLength(6);
  expect(monitor.instruments.counter(ownMetrics.internalErrors).labels('exposition').value).toBe(6);
});

test('a metric that never ends collecting is left out, and holds up neither the others nor their collecting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { monitor, errors, scrape } = testMonitor();
    let asked = 0;
    const define = (name: string, collect: () => Promise<void>) =>
      monitor.instruments.gauge({ name, help: 'H.', collect });
    define('stuck', () => new Promise(() => asked++));
    define('stuck_too', () => new Promise(() => asked++));
    monitor.instruments.gauge({ name: 'fine', help: 'H.' }).set(3);
    const scraped = scrape();
    await vi.advanceTimersByTimeAsync(5_000);
    const text = await scraped;
    expect(asked).toBe(2);
    expect(text).toMatch(/^fine\{.*\} 3$/m);
    expect(text).not.toContain('stuck');
    expect(errors).toEqual([
      'exposition: [telltale] [exposition] The metric stuck did not collect its values in 5000 ms.',
      'exposition: [telltale] [exposition] The metric stuck_too did not collect its values in 5000 ms.',
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('collect sets what the same scrape shows', async () => {
  const { monitor, scrape } = testMonitor();
  let depth = 0;
  const gauge: Gauge<readonly []> = monitor.instruments.gauge({
    name: 'depth',
    help: 'D.',
    collect: async (): Promise<void> => gauge.set(await Promise.resolve(++depth)),
  });
  expect([await scrape('depth'), await scrape('depth')]).toEqual(['depth 1', 'depth 2']);
});

test.each([
  ['ours', 0],
  ["prom-client's", 1],
])('a scrape of 100,000 lines, %s, does not hold up the event loop', async (_, whose) => {
  const { monitor, registry } = testMonitor({ seriesLimit: 200_000 });
  const definition = { name: 'a_total', help: 'A.', labelNames: ['id', 'route'] };
  const counter =
    whose === 0
      ? monitor.instruments.counter(definition)
      : new promClient.Counter({ ...definition, registers: [registry] });
  for (let id = 0; id < 100_000; id++) counter.inc({ id, route: '/orders/:id' });
  const scrape = async (): Promise<number> => {
    let lines = 0;
    for await (const chunk of monitor.scrape()) lines += chunk.split('\n').length - 1;
    return lines;
  };
  const longest: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { turns, lines } = await cpuOfTurns(scrape);
    expect(lines).toBeGreaterThan(100_000);
    // Collecting prom-client's values is prom-client's, in one go.
    longest.push(turns.at(whose === 0 ? -1 : -2)!);
  }
  // A stall of ours would be in every round; a garbage collection is not.
  expect(Math.min(...longest)).toBeLessThan(20);
});

/** The milliseconds of work in each turn of the event loop while `act` runs, ascending; a busy machine does not count. */
async function cpuOfTurns(
  act: () => Promise<number>,
): Promise<{ readonly turns: readonly number[]; readonly lines: number }> {
  const turns: number[] = [];
  let before = process.threadCpuUsage();
  let running = true;
  const turn = (): void => {
    const { user, system } = process.threadCpuUsage(before);
    turns.push((user + system) / 1000);
    before = process.threadCpuUsage();
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const lines = await act();
  running = false;
  return { turns: turns.sort((a, b) => a - b), lines };
}

describe('negotiation', () => {
  test.each([
    ['nothing', undefined, 'text'],
    ['anything', '*/*', 'text'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    [
      'Prometheus 2',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'openmetrics',
    ],
    ['a scraper of the older format', 'text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.1', 'text'],
    ['nonsense', ';;;,,q=', 'text'],
  ])('%s', async (_, accept, format) => {
    const { negotiateFormat } = await import('./format.ts');
    expect(negotiateFormat(accept)).toBe(format);
  });

  test.each([
    [undefined, false],
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['identity;q=1, gzip;q=0', false],
    ['br', false],
    ['*', true],
  ])('gzip for %s is %s', async (header, accepted) => {
    const { acceptsGzip } = await import('./format.ts');
    expect(acceptsGzip(header)).toBe(accepted);
  });
});
