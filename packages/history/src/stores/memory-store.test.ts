import { Matcher } from '@telltale/promql';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { samplesOf, vectorAt } from '../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../test/series.ts';
import { LabelIndex } from './label-index.ts';
import { MemoryStore } from './memory-store.ts';

test('samples stay readable while they are compressed and afterwards', async () => {
  const store = new MemoryStore();
  const series = counters(20);
  const read = async () => (await store.select([new Matcher('i', '=', '7')], 0, Number.MAX_SAFE_INTEGER))[0]!.values;
  for (let n = 0; n < 800; n++) {
    const written = store.write(snapshotOf(START + n * 10_000, series, (i) => n * i));
    if (n % 90 === 0 || n === 359)
      expect(Array.from(await read())).toEqual(Array.from({ length: n + 1 }, (_, k) => k * 7));
    await written;
  }
  const { samples, bytes, series: count } = store.usage();
  expect([samples, count]).toEqual([16_000, 20]);
  // Two for a sample, and what the labels take.
  expect(bytes).toBeLessThan(16_000 * 2 + 20 * 1_200);
});

test('the bounds hold in bytes and in time, and series of which nothing is left go', async () => {
  let seed = 1;
  const noise = () => (seed = (seed * 48_271) % 2_147_483_647) / 7;
  const small = new MemoryStore({ maxBytes: 400_000 });
  for (let n = 0; n < 6000; n++) {
    await small.write(snapshotOf(START + n * 10_000, counters(10, n < 100 ? 'early' : 'late'), noise));
  }
  expect(small.usage().bytes).toBeLessThan(500_000);
  expect(small.usage().series).toBe(10);
  expect(await small.select([new Matcher('__name__', '=', 'early')], 0, Number.MAX_SAFE_INTEGER)).toEqual([]);
  const short = new MemoryStore({ retentionMs: 3_600_000 });
  for (let n = 0; n < 2000; n++) await short.write(snapshotOf(START + n * 10_000, counters(1), noise));
  expect(short.usage().oldest).toBeGreaterThan(START + 20_000_000 - 3 * 3_600_000);
});

test('series that come and go count into the bytes, and go with their samples', async () => {
  const maxBytes = 4_000_000;
  const store = new MemoryStore({ maxBytes });
  const labelled = (n: number, i: number) => ({ __name__: 'jobs_total', instance: 'here', job_id: `job-${n}-${i}` });
  for (let n = 0; n < 300; n++) {
    const series = Array.from({ length: 100 }, (_, i) => seriesOf(labelled(n, i)));
    await store.write(snapshotOf(START + n * 10_000, series, (i) => i));
  }
  const { series, bytes } = store.usage();
  expect(bytes).toBeLessThan(maxBytes * 1.2);
  // Each takes some thousand bytes, for a single sample.
  expect(series).toBeLessThan((maxBytes * 1.2) / 900);
  expect(series).toBeGreaterThan(1_000);
  expect(await samplesOf(store, labelled(299, 7))).toBe('2990=7');
  expect(await samplesOf(store, labelled(0, 7))).toBe('');
});

test('single samples can be fed by hand', async () => {
  const store = new MemoryStore();
  for (const job of ['a', 'b']) store.append({ __name__: 'up', job }, START, 1);
  store.append({ __name__: 'up', job: 'a' }, START + 1000, 'stale');
  const elements = await vectorAt(store, 'up', START + 2000);
  expect(elements).toEqual([{ metric: { __name__: 'up', job: 'b' }, value: 1 }]);
  expect(await samplesOf(store, { job: 'a' })).toBe('0=1 1=stale');
});

test('a query that is aborted ends', async () => {
  const store = new MemoryStore();
  await store.write(snapshotOf(START, counters(30_000), (i) => i));
  const abort = AbortSignal.abort();
  await expect(store.select([], 0, Number.MAX_SAFE_INTEGER, abort)).rejects.toThrow('aborted');
});

test('the index finds what trying every matcher on every series finds', () => {
  const word = fc.constantFrom('', 'a', 'b', 'ab');
  const labels = fc.record({ __name__: fc.constantFrom('x', 'y'), l: word, m: word });
  const matcher = fc
    .tuple(
      fc.constantFrom('__name__', 'l', 'm', 'none'),
      fc.constantFrom('=', '!=', '=~', '!~'),
      fc.constantFrom('', 'a', 'x', 'a|b', '.*', '.+', 'a.*'),
    )
    .map(([name, operator, value]) => new Matcher(name, operator as '=', value));
  const property = fc.property(fc.array(labels), fc.array(matcher, { maxLength: 4 }), (all, matchers) => {
    const index = new LabelIndex<{ labels: Record<string, string> }>();
    const items = all.map((each) => ({
      labels: Object.fromEntries(Object.entries(each).filter(([, value]) => value !== '')),
    }));
    for (const item of items) index.add(item);
    for (const item of items.slice(0, 2)) index.remove(item);
    const expected = items.slice(2).filter(({ labels: own }) => matchers.every((m) => m.matches(own[m.name] ?? '')));
    expect(new Set(index.find(matchers))).toEqual(new Set(expected));
    expect(index.find(matchers)).toHaveLength(expected.length);
  });
  fc.assert(property, { numRuns: 500 });
});

test('a series is found by what the recorder calls it', async () => {
  const store = new MemoryStore();
  await store.write(snapshotOf(START, [seriesOf({ __name__: 'level', room: 'ü"\n' }, false)], () => 3));
  expect(await samplesOf(store, { room: 'ü"\n' })).toBe('0=3');
});
