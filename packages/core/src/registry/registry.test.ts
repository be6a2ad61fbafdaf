import { Registry as SuccessorRegistry } from '@prometheus-io/client';
import fc from 'fast-check';
import promClient from 'prom-client';
import { expect, test } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';

test('two label sets never share a series, whatever their values look like joined', async () => {
  const { monitor, scrape } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['a', 'b'] });
  counter.inc({ a: 'x,b:y', b: 'z' });
  counter.inc({ a: 'x', b: 'y,b:z' }, 2);
  counter.inc({ a: 'x|b', b: '' }, 3);
  counter.inc({ a: 'x', b: '|b' }, 4);
  expect(await scrape('a_total')).toMatchInlineSnapshot(`
    "a_total{a="x,b:y",b="z"} 1
    a_total{a="x",b="y,b:z"} 2
    a_total{a="x|b"} 3
    a_total{a="x",b="|b"} 4"
  `);
});

test('a series is the same by name and by position, and numbers and booleans are written as text', async () => {
  const { monitor } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['code', 'ok'] });
  const series = counter.labels(200, true);
  expect(counter.labels('200', 'true')).toBe(series);
  expect(counter.labels({ ok: true, code: 200 })).toBe(series);
  expect(counter.labels({ code: '200' })).toBe(counter.labels('200', undefined));
  expect(counter.labels({ code: '200' })).toBe(counter.labels('200', ''));
});

test('any label values find the series they made', () => {
  const { monitor } = testMonitor({ seriesLimit: 1_000_000 });
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['a', 'b', 'c'] });
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const series = counter.labels(a, b, c);
      const before = series.value;
      counter.inc({ a, b, c });
      expect(counter.labels({ a, b, c })).toBe(series);
      expect(series.value).toBe(before + 1);
    }),
  );
});

test('past the series limit label sets share one series, which is counted and told once', async () => {
  const { monitor, scrape, log } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'], seriesLimit: 3 });
  for (let id = 0; id < 10; id++) counter.inc({ id });
  expect(await scrape('a_total')).toMatchInlineSnapshot(`
    "a_total{id="0"} 1
    a_total{id="1"} 1
    a_total{id="2"} 1
    a_total{id="__overflow__"} 7"
  `);
  expect(await scrape('telltale_series_overflow_total')).toBe('telltale_series_overflow_total{metric="a_total"} 7');
  expect(log().map(({ level, message }) => `${level} ${message}`)).toEqual([
    'WARNING The metric a_total is at its series limit; new label sets share one series',
  ]);
});

test('the overflow series survives a reset and a value of its own name', async () => {
  const { monitor, scrape } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'], seriesLimit: 2 });
  counter.inc({ id: '__overflow__' });
  counter.inc({ id: 'a' });
  const held = counter.labels('b');
  held.inc();
  expect(await scrape('a_total')).toBe('a_total{id="__overflow__"} 2\na_total{id="a"} 1');
  counter.reset();
  held.inc(5);
  counter.reset();
  held.inc();
  counter.inc({ id: '__overflow__' });
  expect(await scrape('a_total')).toBe('a_total{id="__overflow__"} 2');
});

test('a limit of one series for everything does no harm', () => {
  const { monitor } = testMonitor({ seriesLimit: 1 });
  for (const name of ['a_total', 'b_total', 'c_total']) {
    const counter = monitor.instruments.counter({ name, help: 'A.', labelNames: ['id'] });
    for (let id = 0; id < 3; id++) counter.inc({ id });
    expect(counter.labels('__overflow__').value).toBe(2);
  }
});

test('series that have not moved are dropped, and a handle that is still held starts anew', async () => {
  const { monitor, clock, scrape } = testMonitor({ seriesTtlSeconds: 60 });
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'] });
  const gauge = monitor.instruments.gauge({ name: 'level', help: 'Without labels.' });
  const histogram = monitor.instruments.histogram({ name: 'h', help: 'H.', labelNames: ['id'], buckets: [1] });
  const [still, busy] = [counter.labels('still'), counter.labels('busy')];
  const seen = histogram.labels('x');
  still.inc(7);
  seen.observe(2);
  gauge.set(3);
  await scrape();
  for (let minute = 0; minute < 2; minute++) {
    busy.inc();
    clock.advance(30_000);
    await scrape();
  }
  expect(await scrape('a_total')).toBe('a_total{id="busy"} 2');
  expect(await scrape('h')).toBe('');
  expect(await scrape('level')).toBe('level 3');
  expect([still.value, seen.count, seen.sum]).toEqual([0, 0, 0]);

  still.inc();
  seen.observe(0.5);
  expect(await scrape('a_total')).toBe('a_total{id="busy"} 2\na_total{id="still"} 1');
  expect(await scrape('h')).toMatchInlineSnapshot(`
    "h_bucket{id="x",le="1"} 1
    h_bucket{id="x",le="+Inf"} 1
    h_sum{id="x"} 0.5
    h_count{id="x"} 1"
  `);
  expect(counter.labels('still')).toBe(still);
});

test('a handle of a dropped series writes to the series that has taken its place', async () => {
  const { monitor, scrape } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id', 'kind'] });
  const held = counter.labels('1', 'x');
  counter.remove({ id: 1, kind: 'x' });
  counter.remove({ id: 1, kind: 'unknown' });
  expect(await scrape('a_total')).toBe('');
  counter.labels('1', 'x').inc();
  held.inc();
  expect(await scrape('a_total')).toBe('a_total{id="1",kind="x"} 2');
});

test('a hundred thousand series are swept in a moment', () => {
  const { monitor, clock } = testMonitor();
  const counter = monitor.instruments.counter({
    name: 'a_total',
    help: 'A.',
    labelNames: ['id'],
    seriesLimit: 200_000,
  });
  for (let id = 0; id < 100_000; id++) counter.inc({ id });
  monitor.instruments.sweep(1000);
  clock.advance(1000);
  const start = performance.now();
  monitor.instruments.sweep(1000);
  expect(counter.series).toHaveLength(0);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('any mix of writes, removals and sweeps leaves the counts of a plain map', () => {
  const { monitor, clock } = testMonitor();
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.record({ do: fc.constant('inc' as const), id, by: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ do: fc.constant('remove' as const), id, by: fc.constant(0) }),
    fc.record({ do: fc.constant('reset' as const), id, by: fc.constant(0) }),
  );
  let round = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const counter = monitor.instruments.counter({ name: `m${++round}_total`, help: 'A.', labelNames: ['id'] });
      const handles = new Map(['a', 'b', 'c', 'd'].map((each) => [each, counter.labels(each)]));
      const model = new Map(['a', 'b', 'c', 'd'].map((each) => [each, 0]));
      for (const { do: act, id, by } of steps) {
        clock.advance(1);
        if (act === 'inc') {
          handles.get(id)!.inc(by);
          model.set(id, (model.get(id) ?? 0) + by);
        } else if (act === 'remove') {
          counter.remove({ id });
          model.delete(id);
        } else {
          counter.reset();
          model.clear();
        }
      }
      expect(Object.fromEntries(counter.series.map((each) => [each.labelValues[0], each.value]))).toEqual(
        Object.fromEntries(model),
      );
    }),
  );
});

test('asking twice gives the same instrument, in another shape an error that says what is there', () => {
  const { monitor, registry } = testMonitor();
  const { instruments } = monitor;
  const counter = instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'] });
  expect(instruments.counter({ name: 'a_total', help: 'Said otherwise.', labelNames: ['id'] })).toBe(counter);
  expect(() => instruments.gauge({ name: 'a_total', help: 'A.' })).toThrowErrorMatchingInlineSnapshot(
    `[TelltaleError: [telltale] [registry] Cannot define the metric "a_total": it would be a gauge with no labels, and the registry already has a counter with the labels id of that name; rename one, or give Telltale a registry of its own (the option registry).]`,
  );
  expect(() => instruments.counter({ name: 'a_total', help: 'A.' })).toThrow('with no labels');
  instruments.histogram({ name: 'h', help: 'H.', buckets: [1, 2] });
  expect(() => instruments.histogram({ name: 'h', help: 'H.', buckets: [1, 3] })).toThrow('the buckets 1, 2');
  new promClient.Gauge({ name: 'theirs', help: 'T.', registers: [registry] });
  expect(() => instruments.gauge({ name: 'theirs', help: 'T.' })).toThrow('a metric of another library');
});

test.each([
  ['a name', { name: 'a-b_total', help: 'A.' }],
  ['no help', { name: 'a_total', help: '' }],
  ['a counter without _total', { name: 'a', help: 'A.' }],
  ['a label name', { name: 'a_total', help: 'A.', labelNames: ['a b'] }],
  ['a reserved label', { name: 'a_total', help: 'A.', labelNames: ['le'] }],
  ['a label of Prometheus', { name: 'a_total', help: 'A.', labelNames: ['__name__'] }],
  ['a label twice', { name: 'a_total', help: 'A.', labelNames: ['a', 'a'] }],
])('a definition with %s that cannot be is refused', (_, options) => {
  expect(() => testMonitor().monitor.instruments.counter(options)).toThrow(/^\[telltale\] \[registry\] Cannot define/);
});

test('buckets that do not ascend are refused, and +Inf is understood', async () => {
  const { monitor, scrape } = testMonitor();
  expect(() => monitor.instruments.histogram({ name: 'h', help: 'H.', buckets: [1, 1] })).toThrow('do not ascend');
  expect(() => monitor.instruments.histogram({ name: 'h', help: 'H.', buckets: [Number.NaN] })).toThrow('ascend');
  monitor.instruments.histogram({ name: 'h', help: 'H.', buckets: [1, Number.POSITIVE_INFINITY] }).observe(2);
  expect(await scrape('h')).toMatchInlineSnapshot(`
    "h_bucket{le="1"} 0
    h_bucket{le="+Inf"} 1
    h_sum 2
    h_count 1"
  `);
});

test('bad values are reported, never thrown, and change nothing', async () => {
  const { monitor, scrape, errors } = testMonitor();
  const { instruments } = monitor;
  const counter = instruments.counter({ name: 'a_total', help: 'A.' });
  const gauge = instruments.gauge({ name: 'g', help: 'G.' });
  const histogram = instruments.histogram({ name: 'h', help: 'H.', buckets: [1] });
  const labelled = instruments.counter({ name: 'l_total', help: 'L.', labelNames: ['id'] });
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) counter.inc(bad as number);
  const hostile = Object.defineProperty({}, 'valueOf', {
    value: () => {
      throw new Error('read');
    },
  });
  for (const bad of ['1', undefined, {}, hostile]) gauge.set(bad as number);
  for (const bad of ['1', hostile]) gauge.dec(bad as number);
  for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY, '1', undefined, 1n, hostile])
    histogram.observe(bad as number);
  labelled.inc();
  labelled.inc({ wrong: 'x' } as never);
  const cycle: Record<string, unknown> = Object.create(null);
  cycle.id = cycle;
  labelled.inc({ id: cycle as never });
  (labelled.labels as (...values: string[]) => { inc(): void }).call(labelled, 'x', 'y').inc();
  labelled.inc({ id: Symbol('s') as never });
  gauge.set({ id: 'x' } as never, 1);
  expect(await scrape('a_total')).toBe('a_total 0');
  expect(await scrape('h')).toMatchInlineSnapshot(`
    "h_bucket{le="1"} 0
    h_bucket{le="+Inf"} 0
    h_sum 0
    h_count 0"
  `);
  expect(await scrape('l_total')).toMatchInlineSnapshot(`
    "l_total 1
    l_total{id="[object]"} 1
    l_total{id="x"} 1
    l_total{id="Symbol(s)"} 1"
  `);
  expect(errors).toMatchInlineSnapshot(`
    [
      "registry: [telltale] [registry] The metric a_total counts up by finite numbers, not by -1.",
      "registry: [telltale] [registry] The metric a_total counts up by finite numbers, not by NaN.",
      "registry: [telltale] [registry] The metric a_total counts up by finite numbers, not by Infinity.",
      "registry: [telltale] [registry] The metric a_total counts up by finite numbers, not by string.",
      "registry: [telltale] [registry] The metric a_total counts up by finite numbers, not by bigint.",
      "registry: [telltale] [registry] The metric g holds numbers, not string.",
      "registry: [telltale] [registry] The metric g holds numbers, not undefined.",
      "registry: [telltale] [registry] The metric g holds numbers, not undefined.",
      "registry: [telltale] [registry] The metric g holds numbers, not undefined.",
      "registry: [telltale] [registry] The metric g holds numbers, not string.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not NaN.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not -Infinity.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not string.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not undefined.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not bigint.",
      "registry: [telltale] [registry] The metric h observes finite numbers, not undefined.",
      "registry: [telltale] [registry] The metric l_total needs its labels: id.",
      "registry: [telltale] [registry] The metric l_total has no label "wrong", only id.",
      "registry: [telltale] [registry] The metric g has no label "id", only none.",
    ]
  `);
});

test('gauges take every number there is', async () => {
  const { monitor, scrape, clock } = testMonitor();
  const gauge = monitor.instruments.gauge({ name: 'g', help: 'G.', labelNames: ['id'] });
  gauge.set({ id: 'inf' }, Number.POSITIVE_INFINITY);
  gauge.set({ id: '-inf' }, Number.NEGATIVE_INFINITY);
  gauge.set({ id: 'nan' }, Number.NaN);
  gauge.inc({ id: 'up' }, 1e21);
  gauge.dec({ id: 'down' });
  clock.advance(500);
  gauge.labels('now').setToCurrentTime();
  expect(await scrape('g')).toMatchInlineSnapshot(`
    "g{id="inf"} +Inf
    g{id="-inf"} -Inf
    g{id="nan"} NaN
    g{id="up"} 1e+21
    g{id="down"} -1
    g{id="now"} 1795341600.5"
  `);
});

test('instruments without labels are there at zero from the start', async () => {
  const { monitor, scrape } = testMonitor();
  monitor.instruments.counter({ name: 'a_total', help: 'A.' });
  monitor.instruments.gauge({ name: 'g', help: 'G.' });
  monitor.instruments.histogram({ name: 'h', help: 'H.', buckets: [1] });
  expect([await scrape('a_total'), await scrape('g'), await scrape('h')].join('\n')).toMatchInlineSnapshot(`
    "a_total 0
    g 0
    h_bucket{le="1"} 0
    h_bucket{le="+Inf"} 0
    h_sum 0
    h_count 0"
  `);
});

test('a timer observes the seconds that passed', () => {
  const { monitor } = testMonitor();
  const histogram = monitor.instruments.histogram({ name: 'h', help: 'H.', labelNames: ['id'], buckets: [1] });
  const seconds = histogram.startTimer({ id: 'a' })();
  expect(histogram.labels('a').sum).toBe(seconds);
  expect(histogram.labels('a').count).toBe(1);
  expect(seconds).toBeGreaterThanOrEqual(0);
});

const REGISTRIES = {
  'prom-client': () => new promClient.Registry(),
  '@prometheus-io/client': () => new SuccessorRegistry(),
};

test.each(Object.entries(REGISTRIES))(
  'an ordinary %s registry gives out our instruments as its own',
  async (_, make) => {
    const registry = make();
    const { monitor } = testMonitor({ registry });
    const { instruments } = monitor;
    const requests = instruments.counter({ name: 'requests_total', help: 'Requests.', labelNames: ['route'] });
    const seconds = instruments.histogram({
      name: 'seconds',
      help: 'Seconds.',
      labelNames: ['route'],
      buckets: [0.1, 1],
    });
    requests.inc({ route: '/a"b\\c' }, 3);
    seconds.observe({ route: '/a' }, 0.5);
    for (const { name } of [...(registry.getMetricsAsArray() as { name: string }[])]) {
      if (name.startsWith('log_') || name.startsWith('telltale_')) registry.removeSingleMetric(name);
    }
    expect(await registry.metrics()).toMatchSnapshot('text');
    expect(await registry.getMetricsAsJSON()).toMatchSnapshot('json');
    registry.resetMetrics();
    expect(requests.series).toHaveLength(0);
    requests.inc({ route: '/a' });
    expect(await registry.getSingleMetricAsString('requests_total')).toContain('route="/a"');
  },
);

test('a prom-client registry in OpenMetrics mode renames our counters and we stand it', async () => {
  const { monitor, registry, scrape } = testMonitor();
  monitor.instruments.counter({ name: 'a_total', help: 'A.' }).inc();
  registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE as never);
  expect(await registry.metrics()).toContain('a_total{service="orders"} 1\n');
  expect(await scrape('a_total')).toBe('a_total 1');
  await monitor.close();
  expect(registry.getMetricsAsArray()).toEqual([]);
});

test("prom-client's cluster aggregation adds up the workers", async () => {
  const workers = [testMonitor(), testMonitor()];
  for (const [index, { monitor }] of workers.entries()) {
    const { instruments } = monitor;
    instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'] }).inc({ id: 'x' }, index + 1);
    instruments.gauge({ name: 'peak', help: 'P.', aggregator: 'max' }).set(index + 1);
    instruments.histogram({ name: 'h', help: 'H.', buckets: [1] }).observe(index);
  }
  const parts = await Promise.all(workers.map(({ registry }) => registry.getMetricsAsJSON()));
  const text = await promClient.AggregatorRegistry.aggregate(parts as never).metrics();
  expect(text).toContain('a_total{id="x",service="orders"} 3\n');
  expect(text).toContain('peak{service="orders"} 2\n');
  expect(text).toContain('h_bucket{service="orders",le="1"} 2\n');
  expect(text).toContain('h_count{service="orders"} 2\n');
  expect(text).toMatch(/telltale_build_info\{.*\} 1\n/);
});

test('a disabled monitor registers nothing and its instruments do nothing', async () => {
  const { monitor, registry } = testMonitor({ enabled: false, defaultMetrics: true });
  const { instruments } = monitor;
  const counter = instruments.counter({ name: 'a_total', help: 'A.', labelNames: ['id'] });
  counter.inc({ id: 'x' });
  counter.labels('x').inc();
  instruments.gauge({ name: 'g', help: 'G.' }).set(1);
  const histogram = instruments.histogram({ name: 'h', help: 'H.', labelNames: ['id'] });
  histogram.labels('x').observe(1);
  expect(histogram.startTimer({ id: 'x' })()).toBe(0);
  histogram.labels('x').startTimer()();
  expect(counter.series).toEqual([]);
  expect(registry.getMetricsAsArray()).toEqual([]);
});

test('closing leaves alone a metric that has taken the place of ours', async () => {
  const { monitor, registry } = testMonitor();
  monitor.instruments.counter({ name: 'a_total', help: 'A.' });
  registry.clear();
  const theirs = new promClient.Counter({ name: 'a_total', help: 'Theirs.', registers: [registry] });
  await monitor.close();
  expect(registry.getMetricsAsArray()).toEqual([theirs]);
});
