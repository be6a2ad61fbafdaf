import {
  createQueryEngine,
  MemorySource,
  PROMETHEUS_2,
  PromQLError,
  type QueryEngine,
  toApiData,
} from '@telltale/promql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusSource } from '../../packages/history/src/prometheus/source.ts';
import { differenceOf } from './compare-outcomes.ts';
import { CORPUS } from './corpus.ts';
import { createDataset, DATA_MS, DATA_START } from './dataset.ts';
import { Random } from './random.ts';
import { type Reference, startReference } from './reference.ts';

const MIDDLE = DATA_START + DATA_MS / 2;
const ALL = { start: DATA_START, end: DATA_START + DATA_MS };

const dataset = createDataset(new Random(7));
const source = new MemorySource();
source.add(...dataset);
const embedded = createQueryEngine(source, { dialect: PROMETHEUS_2 });

let reference: Reference;
let remote: QueryEngine;
beforeAll(async () => {
  reference = await startReference(dataset);
  remote = prometheusSource(`${reference.url}/`);
});
afterAll(() => reference.stop());

/** What came of a question: an answer, or the class and kind of its error. */
async function outcome<T>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PromQLError) return `${error.name} ${error.errorType}`;
    throw error;
  }
}

const both = <T>(ask: (engine: QueryEngine) => Promise<T>) =>
  Promise.all([outcome(() => ask(embedded)), outcome(() => ask(remote))]);

describe('a real Prometheus as the source', () => {
  test('answers every written expression as the embedded engine does, errors included', {
    timeout: 60_000,
  }, async () => {
    const differences: string[] = [];
    const ours = CORPUS.filter(({ expression }) => !expression.includes('double_exponential_smoothing'));
    for (const { expression } of ours) {
      const instant = await both(async (engine) => toApiData(await engine.instant(expression, { time: MIDDLE })));
      const range = await both(async (engine) =>
        toApiData(await engine.range(expression, { start: MIDDLE - 600_000, end: MIDDLE, stepMs: 30_000 })),
      );
      for (const [a, b] of [instant, range]) {
        if (typeof a === 'string' || typeof b === 'string') {
          if (a !== b) differences.push(`${expression}\n  ${JSON.stringify(a)} against ${JSON.stringify(b)}`);
        } else {
          const found = differenceOf({ data: a }, { data: b }, false);
          if (found !== undefined) differences.push(`${expression}\n  ${found}`);
        }
      }
    }
    expect(differences).toEqual([]);
  });

  test('lists the same series, label names and values', async () => {
    for (const selectors of [['temperature'], ['lonely', '{job="api"}'], ['odd'], ['nothing'], ['nothing(']]) {
      const lists = [
        await both((engine) => engine.series(selectors, ALL)),
        await both((engine) => engine.labelNames(selectors, ALL)),
        await both((engine) => engine.labelValues('job', selectors, ALL)),
        await both((engine) => engine.labelValues('label', selectors)),
      ];
      for (const [a, b] of lists) expect(a, selectors.join()).toEqual(b);
    }
    const everything = await both((engine) => engine.series(['{}']));
    expect(everything.map((error) => String(error).split(' ')[1])).toEqual(['bad_data', 'bad_data']);
    for (const [a, b] of [
      await both((engine) => engine.series([])),
      await both((engine) => engine.labelNames()),
      await both((engine) => engine.labelValues('__name__')),
      await both((engine) => engine.metadata()),
    ]) {
      expect(a).toEqual(b);
    }
  });

  test('says where in the text an error is, as the embedded engine does', async () => {
    for (const expression of ['temperature +', '"ünï" + 1 +', 'sum(\n  rate(temperature)\n)']) {
      const [a, b] = await Promise.all(
        [embedded, remote].map((engine) => engine.instant(expression).catch((error) => error.position)),
      );
      expect(a).toEqual(b);
    }
  });

  test('keeps to how long it may take', async () => {
    const aborted = await both((engine) => engine.instant('temperature', { signal: AbortSignal.abort() }));
    expect(aborted).toEqual(Array(2).fill('QueryCanceledError canceled'));
    const late = await both((engine) => engine.instant('temperature', { timeoutMs: -1 }));
    expect(late).toEqual(Array(2).fill('QueryTimeoutError timeout'));
  });
});
