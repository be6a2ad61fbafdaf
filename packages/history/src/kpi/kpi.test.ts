import { ConfigError, createMonitor, type Monitor } from '@telltale/core';
import { createQueryEngine, MemorySource, type QueryEngine } from '@telltale/promql';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recording } from '../../test/recording.ts';
import { START } from '../../test/series.ts';
import { historyEngine } from '../query-engine.ts';
import { defaultKpis } from './defaults.ts';
import { defineKpis, type Kpi } from './definition.ts';
import { readKpis } from './readings.ts';
import { trackModuleLoad } from './track-module-load.ts';
import { trackWork, type WorkPath } from './track-work.ts';

const kpi: Kpi = { name: 'A', expr: 'a', target: 0.8, alert: 0.5, unit: 'share', better: 'higher' };

function engineWith(values: Readonly<Record<string, number>>): QueryEngine {
  const source = new MemorySource();
  for (const [name, value] of Object.entries(values)) source.append({ __name__: name }, 0, value);
  return createQueryEngine(source, { now: () => 0 });
}

describe('definitions of KPIs', () => {
  it('are taken as they are, with or without an owner', () => {
    const owned = { ...kpi, name: 'B', owner: 'shop' };
    expect(defineKpis([kpi, owned])).toEqual([{ ...kpi, owner: undefined }, owned]);
    expect(
      defineKpis([
        { ...kpi, alert: 0.8 },
        { ...kpi, name: 'B', better: 'lower', alert: 0.9 },
      ]),
    ).toHaveLength(2);
  });

  it.each([
    [{ expr: 'sum(' }, /kpis\[0\]\.expr = "sum\(": expected PromQL; 1:5: parse error/],
    [{ expr: 'rate(a)' }, /expected type range vector/],
    [{ expr: 'a[5m]' }, /gives one number, not a range/],
    [{ expr: '"a"' }, /gives one number, not a string/],
    [{ target: '5' }, /target = "5": expected a number that is not infinite/],
    [{ alert: Number.NaN }, /alert = NaN/],
    [{ alert: 0.9 }, /alert = 0\.9: at most the target 0\.8, since higher is better/],
    [{ better: 'lower' }, /alert = 0\.5: at least the target 0\.8, since lower is better/],
    [{ better: 'more' }, /better = "more": expected one of higher, lower/],
    [{ unit: undefined }, /unit = undefined: it must be there/],
    [{ name: '' }, /name = "": expected a text/],
    [{ ownr: 'me' }, /ownr = \(not shown\): no such option; did you mean owner\?/],
  ])('are refused where they are wrong: %j', (change, message) => {
    expect(() => defineKpis([{ ...kpi, ...change } as Kpi])).toThrow(message);
    expect(() => defineKpis([{ ...kpi, ...change } as Kpi])).toThrow(ConfigError);
  });

  it.each([null, undefined, 5, 'a', {}])('are refused where they are no list: %j', (given) => {
    expect(() => defineKpis(given as never)).toThrow(ConfigError);
  });

  it('are refused all at once, and where two have one name', () => {
    const wrong = () => defineKpis([kpi, kpi, { ...kpi, name: 'B', expr: '' }, null as never]);
    expect(wrong).toThrow(/kpis\[1\]\.name = "A": a name that no other KPI has[\s\S]*kpis\[2\]\.expr[\s\S]*kpis\[3\]/);
  });
});

describe('readings of KPIs', () => {
  const states = async (better: 'higher' | 'lower', values: readonly number[]) => {
    const bounds = better === 'higher' ? { target: 0.8, alert: 0.5 } : { target: 10, alert: 20 };
    const readings = values.map((a) => readKpis(engineWith({ a }), [{ ...kpi, ...bounds, better }]));
    return (await Promise.all(readings)).map(([reading]) => reading!.state);
  };

  it('are ok at the target, in alert beyond the alert, and a warning between', async () => {
    expect(await states('higher', [1, 0.8, 0.79, 0.5, 0.49])).toEqual(['ok', 'ok', 'warning', 'warning', 'alert']);
    expect(await states('lower', [0, 10, 11, 20, 21])).toEqual(['ok', 'ok', 'warning', 'warning', 'alert']);
    expect(await states('lower', [Number.POSITIVE_INFINITY, Number.NaN])).toEqual(['alert', 'no data']);
  });

  it('have no data where there is none, and say what is wrong where something is', async () => {
    const expressions = ['a', '5', 'nothing', '{__name__=~"a|b"}', 'a + on () {__name__=~"a|b"}'];
    const kpis = expressions.map((expr) => ({ ...kpi, name: expr, expr }));
    expect(
      (await readKpis(engineWith({ a: 1, b: 2 }), kpis)).map(({ value, state, problem }) => [value, state, problem]),
    ).toEqual([
      [1, 'ok', undefined],
      [5, 'ok', undefined],
      [undefined, 'no data', undefined],
      [undefined, 'no data', 'the expression gives 2 series; aggregate them to one'],
      [undefined, 'no data', expect.stringMatching(/many-to-many matching not allowed/)],
    ]);
  });

  it('come with all that the definition says, the defaults where none are named', async () => {
    const readings = await readKpis(engineWith({ process_resident_memory_bytes: 1e8 }));
    expect(readings.map(({ name }) => name)).toEqual(defaultKpis.map(({ name }) => name));
    const memory = readings.find(({ name }) => name === 'Memory of a process');
    expect(memory).toMatchObject({ value: 1e8, state: 'ok', target: 750_000_000, alert: 1_000_000_000, unit: 'bytes' });
    expect(readings.filter(({ state }) => state !== 'no data')).toEqual([memory]);
  });
});

describe('what effectiveness is measured by', () => {
  let monitor: Monitor;
  const failures: unknown[] = [];
  beforeEach(() => {
    failures.length = 0;
    const onError = (error: unknown) => void failures.push(error);
    monitor = createMonitor(
      { registry: new Registry(), serviceName: 'shop', logLevel: 'CRITICAL', onError, defaultMetrics: false },
      {},
    );
  });
  afterEach(() => monitor.close());

  const lines = async (prefix: string) => {
    let all = '';
    for await (const text of monitor.scrape()) all += text;
    return all
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.replace(',service="shop"', ''));
  };

  it('work by the way it took, its units and what it saved', async () => {
    trackWork('thumbnails', {
      path: 'optimised',
      items: 3,
      units: 200,
      examined: 50,
      durationMs: 500,
      baselineMs: 2_000,
      monitor,
    });
    trackWork('thumbnails', { path: 'skipped', durationMs: 100, monitor });
    expect(await lines('work_')).toEqual([
      'work_items_total{work="thumbnails",path="optimised"} 3',
      'work_items_total{work="thumbnails",path="full"} 0',
      'work_items_total{work="thumbnails",path="skipped"} 1',
      'work_units_total{work="thumbnails"} 200',
      'work_units_examined_total{work="thumbnails"} 50',
      'work_seconds_total{work="thumbnails"} 0.5',
      'work_baseline_seconds_total{work="thumbnails"} 2',
    ]);
  });

  it('leaves out what is no number above zero, and names that are texts', async () => {
    for (const items of [Number.NaN, -1, Number.POSITIVE_INFINITY, '5' as never])
      trackWork('a', { path: 'full', items, monitor });
    trackWork('a', { path: 'sideways' as WorkPath, units: 10, examined: 50, monitor });
    trackWork('what a user typed', { path: 'full', monitor });
    expect(await lines('work_')).toEqual([
      'work_items_total{work="a",path="optimised"} 0',
      'work_items_total{work="a",path="full"} 0',
      'work_items_total{work="a",path="skipped"} 0',
      'work_items_total{work="other",path="optimised"} 0',
      'work_items_total{work="other",path="full"} 1',
      'work_items_total{work="other",path="skipped"} 0',
      'work_units_total{work="a"} 10',
      'work_units_examined_total{work="a"} 10',
    ]);
    expect(failures).toEqual([]);
  });

  it('modules by how long they took to load, and what stood in for them', async () => {
    const fault = new Error('not there');
    const missing = () => Promise.reject(fault);
    expect(await trackModuleLoad('path', () => import('node:path'), { monitor })).toHaveProperty('join');
    expect(await trackModuleLoad('sharp', missing, { monitor, fallback: (error) => error })).toBe(fault);
    await expect(trackModuleLoad('sharp', missing, { monitor })).rejects.toBe(fault);
    const thrown = () => {
      throw fault;
    };
    await expect(trackModuleLoad('sharp', thrown, { monitor })).rejects.toBe(fault);
    expect(await lines('module_load_fallbacks_total')).toEqual([
      'module_load_fallbacks_total{module="path"} 0',
      'module_load_fallbacks_total{module="sharp"} 1',
    ]);
    expect(await lines('module_load_duration_seconds_count')).toEqual([
      'module_load_duration_seconds_count{module="path",status="success"} 1',
      'module_load_duration_seconds_count{module="sharp",status="success"} 0',
      'module_load_duration_seconds_count{module="sharp",status="error"} 3',
    ]);
  });

  it('nothing where monitoring is off', async () => {
    const off = createMonitor({ enabled: false, registry: new Registry() }, {});
    trackWork('a', { path: 'full', monitor: off });
    expect(await trackModuleLoad('a', () => 5, { monitor: off })).toBe(5);
    await off.close();
  });
});

describe('the engine of a history', () => {
  it('goes by the clock and knows the metrics of its monitor', async () => {
    const monitor = createMonitor(
      { registry: new Registry(), logLevel: 'CRITICAL', clock: { now: () => 60_000, monotonic: () => 0 } },
      {},
    );
    monitor.instruments.counter({ name: 'constructor_total', help: 'Odd.' });
    const source = new MemorySource();
    source.append({ __name__: 'a' }, 60_000, 7);
    const engine = historyEngine({ source }, { monitor });
    expect(await engine.instant('a')).toMatchObject({ time: 60_000, elements: [{ value: 7 }] });
    expect(await engine.metadata({ metric: 'constructor_total' })).toEqual({
      constructor_total: [{ type: 'counter', help: 'Odd.', unit: '' }],
    });
    const all = await engine.metadata();
    expect(all.telltale_build_info?.[0]?.type).toBe('gauge');
    expect(all.process_resident_memory_bytes?.[0]?.type).toBe('gauge');
    await expect(historyEngine({ source }, { monitor, limits: { maxSamples: 0 } }).instant('a')).rejects.toThrow(
      /too many samples/,
    );
    await monitor.close();
  });
});

it('the KPIs of modules show a single load and a single fallback after one flush, and go on showing them', async () => {
  const { monitor, history, flushAt } = recording();
  const clock = monitor.config.clock as { monotonic: () => number };
  const { monotonic } = clock;
  const elapsed = { ms: 0 };
  vi.spyOn(clock, 'monotonic').mockImplementation(() => monotonic() + elapsed.ms);
  const slow = () => {
    elapsed.ms += 3_000;
    throw new Error('missing');
  };
  await trackModuleLoad('sharp', slow, { monitor, fallback: () => 'plain' });
  const engine = historyEngine(history, { monitor });
  const kpis = defaultKpis.filter(({ name }) => name.startsWith('Module'));
  for (const seconds of [10, 20, 600]) {
    await flushAt(seconds);
    const readings = await readKpis(engine, kpis, { time: START + seconds * 1000 });
    expect(readings.map(({ name, value }) => [name, value])).toEqual([
      // In the bucket from 2.5 to 5 seconds.
      ['Module load time P95', 4.875],
      ['Module fallbacks in a day', 1],
    ]);
  }
});
