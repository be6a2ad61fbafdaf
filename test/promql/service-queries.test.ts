import { createQueryEngine, MemorySource, PROMETHEUS_2, type QueryEngine, toApiData } from '@telltale/promql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultKpis } from '../../packages/history/src/kpi/defaults.ts';
import { readKpis } from '../../packages/history/src/kpi/readings.ts';
import { prometheusSource } from '../../packages/history/src/prometheus/source.ts';
import { differenceOf } from './compare-outcomes.ts';
import { GUIDE_QUERIES } from './guide-queries.ts';
import { Random } from './random.ts';
import { type Reference, startReference } from './reference.ts';
import { type Condition, createServiceDataset, SERVICE_MS, SERVICE_START } from './service-dataset.ts';

const END = SERVICE_START + SERVICE_MS;
const EXPRESSIONS = [...GUIDE_QUERIES.map(({ expression }) => expression), ...defaultKpis.map(({ expr }) => expr)];

describe.each<Condition>(['with errors', 'without errors', 'without traffic'])('a service %s', (condition) => {
  const dataset = createServiceDataset(new Random(5), condition);
  const source = new MemorySource();
  source.add(...dataset);
  const embedded = createQueryEngine(source, { dialect: PROMETHEUS_2 });
  let reference: Reference;
  let remote: QueryEngine;
  beforeAll(async () => {
    reference = await startReference(dataset);
    remote = prometheusSource(reference.url);
  });
  afterAll(() => reference.stop());

  test('has the same answers to the questions of guides and KPIs as a real Prometheus gives', async () => {
    const differences: string[] = [];
    for (const expression of EXPRESSIONS) {
      for (const ask of [
        (engine: QueryEngine) => engine.instant(expression, { time: END }),
        (engine: QueryEngine) => engine.range(expression, { start: END - 1_800_000, end: END, stepMs: 30_000 }),
      ]) {
        const [ours, theirs] = await Promise.all([ask(embedded), ask(remote)]);
        const found = differenceOf({ data: toApiData(ours) }, { data: toApiData(theirs) }, false);
        if (found !== undefined) differences.push(`${expression}\n  ${found}`);
      }
    }
    expect(differences).toEqual([]);
  });

  test('has answers, and none that is NaN', async () => {
    for (const expression of condition === 'with errors' ? EXPRESSIONS : defaultKpis.map(({ expr }) => expr)) {
      const { series } = await embedded.range(expression, { start: END - 1_800_000, end: END, stepMs: 30_000 });
      if (condition === 'with errors') expect(series, expression).not.toHaveLength(0);
      for (const { values } of series) expect(values.some(Number.isNaN), expression).toBe(false);
    }
  });

  test('stands the same by its KPIs wherever it is asked', async () => {
    const [ours, theirs] = await Promise.all(
      [embedded, remote].map((engine) => readKpis(engine, undefined, { time: END })),
    );
    expect(ours!.map(({ problem }) => problem).filter(Boolean)).toEqual([]);
    expect(ours!.map(({ name, state }) => [name, state])).toEqual(theirs!.map(({ name, state }) => [name, state]));
    const states = Object.fromEntries(
      ours!.map(({ name, value, state }) => [name, state === 'no data' ? state : value]),
    );
    if (condition === 'without errors') expect(states['Request error rate']).toBe(0);
    expect(states['Module fallbacks in a day']).toBe(condition === 'with errors' ? 1 : 0);
    expect(states['Module load time P95']).toBe(condition === 'without traffic' ? 'no data' : 4.8);
    const quiet = [
      'Request latency P95',
      'Request error rate',
      'Cache hit rate',
      'Queue wait P95',
      'AI cost per request',
    ];
    for (const name of quiet) {
      if (condition === 'without traffic') expect(states[name], name).toBe('no data');
      else expect(states[name], name).toBeTypeOf('number');
    }
  });
});
