import { describe, expect, test } from 'vitest';
import { ParseError, QueryCanceledError } from '../errors.ts';
import { Matcher } from '../labels/matcher.ts';
import { MemorySource } from '../source/memory-source.ts';
import type { SeriesSource } from '../source/series-source.ts';
import { createQueryEngine } from './embedded-engine.ts';

function sourceOfTwo(): MemorySource {
  const source = new MemorySource();
  for (let time = 0; time <= 600_000; time += 60_000) source.append({ __name__: 'up', job: 'api' }, time, 1);
  source.append({ __name__: 'down', job: 'web', zone: 'z' }, 300_000, 2);
  return source;
}

describe('an embedded engine', () => {
  test('evaluates at the time it is told, or now', async () => {
    const engine = createQueryEngine(sourceOfTwo(), { now: () => 60_000 });
    expect(await engine.instant('up')).toMatchObject({ time: 60_000, elements: [{ value: 1 }] });
    expect(await engine.instant('down', { time: 400_000 })).toMatchObject({ elements: [{ value: 2 }] });
    expect(await engine.instant('down', { time: 400_000, lookbackMs: 60_000 })).toMatchObject({ elements: [] });
    const { series } = await engine.range('up', { start: 0, end: 120_000, stepMs: 60_000 });
    expect(series[0]!.values).toHaveLength(3);
  });

  test('lists series, label names and values of any selector, between two times', async () => {
    const engine = createQueryEngine(sourceOfTwo());
    expect(await engine.series(['up', 'down', '{job="api"}'])).toEqual([
      { __name__: 'down', job: 'web', zone: 'z' },
      { __name__: 'up', job: 'api' },
    ]);
    expect(await engine.labelNames()).toEqual(['__name__', 'job', 'zone']);
    expect(await engine.labelNames(['up'])).toEqual(['__name__', 'job']);
    expect(await engine.labelValues('__name__')).toEqual(['down', 'up']);
    expect(await engine.labelValues('__name__', [], { start: 300_001 })).toEqual(['up']);
    expect(await engine.labelValues('zone', ['up'])).toEqual([]);
    expect(await engine.series(['up'], { start: 60_001, end: 119_999 })).toEqual([]);
    expect(await engine.series(['up'], { start: 2, end: 1 })).toEqual([]);
  });

  test('lists by labels alone where the source knows them without their samples', async () => {
    const asked: unknown[] = [];
    const source: SeriesSource = {
      select: () => Promise.reject(new Error('not to be asked')),
      series: async (matchers, from, to) => {
        asked.push([matchers.map(String), from, to]);
        return [{ __name__: 'up', job: 'api' }];
      },
    };
    expect(await createQueryEngine(source).labelValues('job', ['up'], { start: 1, end: 2 })).toEqual(['api']);
    expect(asked).toEqual([[[String(new Matcher('__name__', '=', 'up'))], 1, 2]]);
  });

  test('lists no series for samples that a source gave beyond what it was asked for', async () => {
    const labels = { __name__: 'up' };
    const select = async () => [{ labels, timestamps: [0, 60_000, 120_000], values: [1, 1, 1] }];
    const engine = createQueryEngine({ select });
    for (const [start, end, found] of [
      [0, 0, 1],
      [1, 59_999, 0],
      [60_001, 119_999, 0],
      [59_999, 60_000, 1],
      [120_000, 130_000, 1],
      [120_001, 130_000, 0],
    ] as const) {
      expect(await engine.series(['up'], { start, end }), `${start} to ${end}`).toHaveLength(found);
    }
  });

  test('refuses what is no selector, and stops where it is aborted', async () => {
    const engine = createQueryEngine(sourceOfTwo());
    for (const text of ['', 'up[5m]', 'up offset 1m', 'up @ 1', 'sum(up)', '{}', '{job=~".*"}', '1', '(up)']) {
      await expect(engine.series([text]), text).rejects.toThrow(ParseError);
    }
    await expect(engine.series(['up'], { signal: AbortSignal.abort() })).rejects.toThrow(QueryCanceledError);
    await expect(engine.instant('up', { signal: AbortSignal.abort() })).rejects.toThrow(QueryCanceledError);
  });

  test('says what a failing source said', async () => {
    const engine = createQueryEngine({ select: () => Promise.reject(new Error('the disk is gone')) });
    for (const asked of [engine.series(['up']), engine.labelNames(), engine.instant('up')]) {
      await expect(asked).rejects.toMatchObject({ errorType: 'internal', detail: expect.stringContaining('disk') });
    }
  });

  test('knows of metrics what it is told', async () => {
    const up = [{ type: 'gauge', help: 'Whether it is up.', unit: '' }];
    const engine = createQueryEngine(sourceOfTwo(), { metadata: () => ({ up }) });
    expect(await engine.metadata()).toEqual({ up });
    expect(await engine.metadata({ metric: 'up' })).toEqual({ up });
    expect(await engine.metadata({ metric: 'constructor' })).toEqual({});
    expect(await createQueryEngine(sourceOfTwo()).metadata()).toEqual({});
  });

  test('lets a question shorten its time, never lengthen it', async () => {
    const engine = createQueryEngine(sourceOfTwo(), { limits: { timeoutMs: -1 } });
    await expect(engine.instant('up', { timeoutMs: 60_000 })).rejects.toMatchObject({ errorType: 'timeout' });
    await expect(engine.series(['up'], { timeoutMs: 60_000 })).rejects.toMatchObject({ errorType: 'timeout' });
  });
});
