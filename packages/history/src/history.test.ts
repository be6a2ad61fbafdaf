import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigError } from '@telltale/core';
import { Matcher, queryInstant } from '@telltale/promql';
import promClient from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { recording } from '../test/recording.ts';
import { samplesOf, temporaryFolder, vectorAt } from '../test/samples.ts';
import { START } from '../test/series.ts';
import { startHistory } from './history.ts';

const ALL = Number.MAX_SAFE_INTEGER;

describe('series', () => {
  test('have the labels that a scrape by Prometheus gives them', async () => {
    const { monitor, registry, history, flushAt } = recording();
    const { instruments } = monitor;
    instruments
      .counter({ name: 'a_total', help: 'A.', labelNames: ['job', 'route', 'empty'] })
      .labels('q', '/a', '')
      .inc(3);
    instruments.histogram({ name: 'h_seconds', help: 'H.', buckets: [0.5, 1] }).observe(0.7);
    new promClient.Counter({ name: 'theirs', help: 'T.', labelNames: ['x'], registers: [registry] }).inc({ x: 'y' }, 2);
    new promClient.Summary({ name: 's', help: 'S.', percentiles: [0.5, 1], registers: [registry] }).observe(4);
    await flushAt(0);
    const found = await history.source.select([new Matcher('__name__', '!~', 'telltale_.*|log_.*')], 0, ALL);
    const lines = found.map(({ labels, values }) => {
      const { __name__: name, job, instance, ...others } = labels;
      expect([job, instance]).toEqual(['orders', 'here']);
      return `${name} ${JSON.stringify(others)} ${values[0]}`;
    });
    expect(lines.sort()).toMatchInlineSnapshot(`
      [
        "a_total {"route":"/a","service":"orders","exported_job":"q"} 3",
        "h_seconds_bucket {"service":"orders","le":"+Inf"} 1",
        "h_seconds_bucket {"service":"orders","le":"0.5"} 0",
        "h_seconds_bucket {"service":"orders","le":"1.0"} 1",
        "h_seconds_count {"service":"orders"} 1",
        "h_seconds_sum {"service":"orders"} 0.7",
        "s {"service":"orders","quantile":"0.5"} 4",
        "s {"service":"orders","quantile":"1.0"} 4",
        "s_count {"service":"orders"} 1",
        "s_sum {"service":"orders"} 4",
        "theirs_total {"service":"orders","x":"y"} 2",
        "up {} 1",
      ]
    `);
  });

  test('that vanish end with a staleness marker, and start anew when they are back', async () => {
    const { monitor, history, flushAt } = recording();
    const gauge = monitor.instruments.gauge({ name: 'level', help: 'L.', labelNames: ['room'] });
    gauge.set({ room: 'a' }, 1);
    await flushAt(0);
    gauge.remove({ room: 'a' });
    await flushAt(10);
    await flushAt(20);
    gauge.set({ room: 'a' }, 2);
    await flushAt(30);
    expect(await samplesOf(history.source, { __name__: 'level' })).toBe('0=1 10=stale 30=2');
  });

  test('all end after a gap, as of a laptop that slept, one interval after the last snapshot', async () => {
    const { monitor, history, flushAt } = recording();
    monitor.instruments.gauge({ name: 'level', help: 'L.' }).set(1);
    await flushAt(0);
    await flushAt(25);
    await flushAt(7200);
    expect(await samplesOf(history.source, { __name__: 'level' })).toBe('0=1 25=1 35=stale 7200=1');
    const time = START + 3_600_000;
    expect(await vectorAt(history.source, 'up', time)).toEqual([]);
  });

  test('are read at one moment: two flushes within a millisecond are a millisecond apart', async () => {
    const { history, flushAt } = recording();
    await Promise.all([flushAt(1), history.flush(), history.flush()]);
    expect(await samplesOf(history.source, { __name__: 'up' })).toBe('1=1 1.001=1 1.002=1');
  });

  test('go on where the clock was set back: by little a millisecond on, by more from the new time', async () => {
    const { history, flushAt } = recording();
    for (const seconds of [100, 110, 105, 115, 60, 70]) await flushAt(seconds);
    expect(await samplesOf(history.source, { __name__: 'up' })).toBe('60=1 70=1');
    const { history: other, flushAt: otherFlushAt } = recording();
    for (const seconds of [100, 110, 105, 115]) await otherFlushAt(seconds);
    expect(await samplesOf(other.source, { __name__: 'up' })).toBe('100=1 110=1 110.001=1 115=1');
  });

  test('of a counter that restarts keep their rate', async () => {
    const { monitor, history, flushAt } = recording();
    const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.' });
    for (let n = 0; n <= 30; n++) {
      counter.inc(10);
      if (n === 15) counter.reset();
      await flushAt(n * 10);
    }
    const elements = await vectorAt(history.source, 'rate(a_total[4m])', START + 300_000);
    expect(elements[0]!.value).toBeCloseTo(230 / 240, 1);
  });

  test('with the same labels are one: the first counts', async () => {
    const { registry, history, flushAt } = recording();
    new promClient.Histogram({ name: 'h', help: 'H.', buckets: [1], registers: [registry] }).observe(1);
    new promClient.Gauge({ name: 'h_count', help: 'G.', registers: [registry] }).set(99);
    await flushAt(0);
    expect(await samplesOf(history.source, { __name__: 'h_count' })).toBe('0=1');
  });
});

describe('a metric that cannot be read', () => {
  test('loses only itself, and its series end', async () => {
    const { monitor, history, flushAt, errors } = recording();
    let broken = false;
    const gauge = monitor.instruments.gauge({
      name: 'depth',
      help: 'D.',
      collect: () => {
        if (broken) throw new Error('no server');
        gauge.set(4);
      },
    });
    monitor.instruments.gauge({ name: 'fine', help: 'F.' }).set(1);
    await flushAt(0);
    broken = true;
    await flushAt(10);
    expect(await samplesOf(history.source, { __name__: 'depth' })).toBe('0=4 10=stale');
    expect(await samplesOf(history.source, { __name__: 'fine' })).toBe('0=1 10=1');
    expect(errors).toEqual(['history: no server']);
  });
});

describe('settings', () => {
  test('samplingRate keeps that part of the timed snapshots, evenly', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { history, monitor } = recording({ samplingRate: 0.25, flushInterval: 10 });
      await vi.advanceTimersByTimeAsync(80_000);
      await history.flush();
      await history.flush();
      const [up] = await history.source.select([new Matcher('__name__', '=', 'up')], 0, ALL);
      expect(up!.values.length).toBe(2 + 2);
      await monitor.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test('enabled: false takes no snapshot by itself', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { history, monitor } = recording({ enabled: false });
      await vi.advanceTimersByTimeAsync(80_000);
      await monitor.close();
      expect(await history.source.select([], 0, ALL)).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('what cannot be used is refused with its name', () => {
    const { monitor } = recording();
    const options = { backends: ['sqlit'], flushInterval: 0, maxSize: 5 };
    expect(() => startHistory(monitor, options as never)).toThrow(ConfigError);
    try {
      startHistory(monitor, options as never);
    } catch (error) {
      expect((error as Error).message).toMatchInlineSnapshot(`
        "[telltale] [config] 3 options are not usable:
          backends = an array of 1: expected one or more of sqlite, memory, file, statsd, otlp
          flushInterval = 0: expected a whole number from 1 to 3600 (seconds)
          maxSize = (not shown): no such option; did you mean maxSizeMb?"
      `);
    }
  });

  test('TELLTALE_DB names the file', async () => {
    const path = join(temporaryFolder(), 'named.db');
    vi.stubEnv('TELLTALE_DB', path);
    try {
      const { history, flushAt } = recording({ backends: ['sqlite'] });
      await flushAt(0);
      expect((await history.stats()).stores).toEqual([expect.objectContaining({ name: 'sqlite', path })]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('stores', () => {
  test('do not touch one another: one that fails is reported, and the others go on', async () => {
    const folder = temporaryFolder();
    const { monitor, history, flushAt, errors } = recording({ backends: ['memory', 'file'], filePath: folder });
    await flushAt(0);
    await flushAt(10);
    expect(await samplesOf(history.source, { __name__: 'up' })).toBe('0=1 10=1');
    expect(errors.length).toBe(2);
    expect(errors[0]).toMatch(/^history: EISDIR/);
    const elements = await vectorAt(history.source, 'telltale_history_dropped_samples_total', START + 10_000);
    expect(elements.map(({ metric, value }) => [metric.store, value > 0])).toEqual([['file', true]]);
    await monitor.close();
  });

  test('do not wait for one another: a collector that does not answer holds up itself alone', async () => {
    const answers = Promise.withResolvers<void>();
    const slow = createServer(async (_, response) => {
      await answers.promise;
      response.writeHead(400).end();
    }).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const otlpEndpoint = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const { history, flushAt, errors } = recording({ backends: ['memory', 'otlp'], otlpEndpoint });
    const first = flushAt(0);
    await once(slow, 'request');
    const second = flushAt(10);
    while ((await samplesOf(history.source, { __name__: 'up' })) !== '0=1 10=1') await nextTurn();
    expect(errors).toEqual([]);
    answers.resolve();
    await Promise.all([first, second]);
    expect(errors).toHaveLength(2);
    slow.close();
  });

  test('SQLite that cannot be opened is memory, with one warning', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { history, flushAt, warnings } = recording({ backends: ['sqlite'], path: join(file, 'history.db') });
    await flushAt(0);
    await flushAt(10);
    expect(await samplesOf(history.source, { __name__: 'up' })).toBe('0=1 10=1');
    expect((await history.stats()).queried).toBe('memory');
    expect(warnings()).toEqual([expect.stringMatching(/^The history stays in memory: .* cannot be used$/)]);
  });

  test('a file that somebody else wrote is told of and kept, or left alone where it is a database', async () => {
    const path = join(temporaryFolder(), 'notes.db');
    writeFileSync(path, 'These are my notes, and not a database.\n'.repeat(200));
    const { history, flushAt, warnings } = recording({ backends: ['sqlite'], path });
    await flushAt(0);
    expect(warnings()).toEqual([expect.stringContaining(`it was renamed to ${path}.damaged`)]);
    expect(await readFile(`${path}.damaged`, 'utf8')).toContain('my notes');
    expect(await samplesOf(history.source, { __name__: 'up' })).toBe('0=1');
    const { DatabaseSync } = await import('node:sqlite');
    const theirs = join(temporaryFolder(), 'theirs.db');
    const database = new DatabaseSync(theirs);
    database.exec('CREATE TABLE customers (name TEXT)');
    database.close();
    const other = recording({ backends: ['sqlite'], path: theirs });
    await other.flushAt(0);
    expect((await other.history.stats()).queried).toBe('memory');
  });

  test('with none that keeps samples, a query says what to add', async () => {
    const { history } = recording({ backends: ['file'], filePath: join(temporaryFolder(), 'a.jsonl') });
    await expect(queryInstant('up', { source: history.source, time: START })).rejects.toThrow(/add memory or sqlite/);
  });
});

test('closing the monitor takes a last snapshot and ends every series', async () => {
  const path = join(temporaryFolder(), 'history.db');
  const { monitor, flushAt } = recording({ backends: ['sqlite'], path });
  const counter = monitor.instruments.counter({ name: 'a_total', help: 'A.' });
  await flushAt(0);
  counter.inc(7);
  await monitor.close();
  const later = recording({ backends: ['sqlite'], path, instance: 'later' });
  expect(await samplesOf(later.history.source, { __name__: 'a_total' })).toBe('0=0 0.001=7 0.002=stale');
});

test('export gives all series of a time, and clear forgets them', async () => {
  const { history, flushAt } = recording({
    backends: ['sqlite'],
    path: join(temporaryFolder(), 'h.db'),
  });
  for (const seconds of [0, 10, 20]) await flushAt(seconds);
  const exported = [];
  for await (const series of history.export({ from: START + 10_000, to: START + 20_000 })) exported.push(series);
  expect(exported.find(({ labels }) => labels.__name__ === 'up')!.timestamps.length).toBe(2);
  await history.clear();
  expect(await history.source.select([], 0, ALL)).toEqual([]);
  await flushAt(30);
  expect(await samplesOf(history.source, { __name__: 'up' })).toBe('30=1');
});

test('an export comes in slices of time, each sample once', async () => {
  const { history, flushAt } = recording();
  const times: number[] = [];
  for (let hour = 0; hour < 15; hour++) await flushAt(hour * 3600);
  let slices = 0;
  for await (const { labels, timestamps, values } of history.export({ from: 0, to: Number.MAX_SAFE_INTEGER })) {
    if (labels.__name__ !== 'up') continue;
    slices++;
    for (let i = 0; i < timestamps.length; i++) if (values[i] === 1) times.push((timestamps[i]! - START) / 3_600_000);
  }
  expect(slices).toBe(3);
  expect(times).toEqual(Array.from({ length: 15 }, (_, hour) => hour));
});

test.each([true, false])('after the end nothing opens the file again (written to before: %s)', async (written) => {
  const path = join(temporaryFolder(), 'h.db');
  const { history, flushAt } = recording({ backends: ['sqlite'], path });
  if (written) await flushAt(0);
  await history.close();
  if (!written) rmSync(path, { force: true });
  await expect(history.source.select([], 0, ALL)).rejects.toThrow('[telltale] [history] The history is closed');
  await expect(history.stats()).rejects.toThrow('is closed');
  await expect(history.clear()).rejects.toThrow('is closed');
  await history.flush();
  expect(existsSync(path)).toBe(written);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test.each([
  [{ statsdAddress: 'here:99999', backends: ['statsd'] }, 'statsdAddress'],
  [{ statsdAddress: 'a b', backends: ['statsd'] }, 'statsdAddress'],
  [{ statsdAddress: 'udp://127.0.0.1:8125', backends: ['statsd'] }, 'statsdAddress'],
  [{ otlpEndpoint: 'localhost:4318', backends: ['otlp'] }, 'otlpEndpoint'],
  [{ rawRetentionDays: 8, retentionDays: 3 }, 'rawRetentionDays'],
] as const)('what cannot be used stops at the start: %j', (options, name) => {
  expect(() => recording({ path: join(temporaryFolder(), 'h.db'), ...options })).toThrow(ConfigError);
  expect(() => recording({ path: join(temporaryFolder(), 'h.db'), ...options })).toThrow(name);
});
