import { Matcher, type SeriesSource } from '@telltale/promql';
import { describe, expect, it } from 'vitest';
import { Seeded } from '../../../../test/seeded.ts';
import { sqliteStore } from '../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../test/series.ts';
import { MemoryStore, SNAPSHOTS_OF_A_SEGMENT } from './memory-store.ts';
import type { Store } from './store.ts';

const EVERYTHING = new Matcher('__name__', '=~', '.+');
const STEP = 10_000;
const SNAPSHOTS = SNAPSHOTS_OF_A_SEGMENT * 2 + 50;
const END = START + SNAPSHOTS * STEP;

/** Two segments and a head, in which series come and go: `a` throughout, the others for a while each. */
async function fill(store: Store, instance = 'here'): Promise<void> {
  const always = counters(3, 'a_total', instance);
  const layouts = Array.from({ length: 10 }, (_, i) => [
    ...always,
    seriesOf({ __name__: 'b_total', i: String(i), instance, job: 'orders' }),
  ]);
  for (let n = 0; n < SNAPSHOTS; n++) {
    const layout = layouts[Math.floor((n * layouts.length) / SNAPSHOTS)]!;
    const ends = n > 0 && n % 77 === 0;
    await store.write(snapshotOf(START + n * STEP, layout, (place) => (ends && place === 3 ? 'stale' : n)));
  }
}

function textsOf(all: readonly Readonly<Record<string, string>>[]): readonly string[] {
  return all.map((labels) => JSON.stringify(Object.entries(labels).sort())).sort();
}

/** Asks both for the same, over times that begin and end anywhere. */
async function compare(source: SeriesSource): Promise<number> {
  const random = new Seeded(7);
  const asked: readonly (readonly Matcher[])[] = [
    [EVERYTHING],
    [],
    [new Matcher('i', '=', '4')],
    [new Matcher('__name__', '=', 'b_total'), new Matcher('i', '!=', '9')],
    [new Matcher('job', '=', 'unheard of')],
  ];
  let found = 0;
  for (let round = 0; round < 120; round++) {
    const matchers = asked[round % asked.length]!;
    const from = START - STEP + Math.floor(random.next() * (END - START));
    const to = from + Math.floor(random.next() ** 4 * (END - START));
    const selected = textsOf((await source.select(matchers, from, to)).map(({ labels }) => labels));
    expect(textsOf(await source.series!(matchers, from, to)), `${from} to ${to}`).toEqual(selected);
    found += selected.length;
  }
  return found;
}

describe('the labels of series, without their samples', () => {
  it('are those of what would be selected, in memory', async () => {
    const store = new MemoryStore();
    await fill(store);
    expect(await compare(store)).toBeGreaterThan(100);
    expect(await store.series([EVERYTHING], START, END)).toHaveLength(13);
    expect(await store.series([EVERYTHING], END + 1, END + 2)).toEqual([]);
  });

  it('are those of what would be selected, in a file that two processes share', async () => {
    const { store, path } = sqliteStore();
    const { store: other } = sqliteStore({ path, instance: 'there' });
    await fill(other, 'there');
    await fill(store);
    expect(await compare(store)).toBeGreaterThan(100);
    expect(await store.series([EVERYTHING], START, END)).toHaveLength(26);
    expect(await store.series([new Matcher('__rollup__', '=', 'max')], START, END)).toContainEqual(
      expect.objectContaining({ __rollup__: 'max', __name__: 'a_total' }),
    );
  });
});

describe('what a query was handed', () => {
  it.each([
    ['memory', () => new MemoryStore({ maxBytes: 100_000, retentionMs: 3_600_000 })],
    ['sqlite', () => sqliteStore().store],
  ])('stays as it was while %s goes on writing', async (_, make) => {
    const store = make();
    const series = counters(5);
    const write = async (from: number, count: number): Promise<void> => {
      for (let n = from; n < from + count; n++) await store.write(snapshotOf(START + n * STEP, series, () => n));
    };
    await write(0, 400);
    const handed = await store.select([EVERYTHING], START, START + 4_000 * STEP);
    const before = handed.map(({ timestamps, values }) => [Array.from(timestamps), Array.from(values)]);
    expect(before[0]![0]).toHaveLength(400);
    // The head that it read is sealed, another filled, and the first samples go.
    await write(400, 800);
    await store.select([EVERYTHING], START, START + 4_000 * STEP);
    await store.clear();
    expect(handed.map(({ timestamps, values }) => [Array.from(timestamps), Array.from(values)])).toEqual(before);
  });
});
