import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Matcher, queryRange } from '@telltale/promql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { samplesOf, sqliteStore, temporaryFolder } from '../../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../../test/series.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function fill(
  store: ReturnType<typeof sqliteStore>['store'],
  count: number,
  series = counters(3),
  from = START,
): Promise<void> {
  for (let n = 0; n < count; n++) await store.write(snapshotOf(from + n * 10 * SECOND, series, (i) => n * (i + 1)));
}

function inFile(path: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

describe('what is written', () => {
  test('can be read at once, and from another process', async () => {
    const { store, path } = sqliteStore();
    await fill(store, 3);
    expect(await samplesOf(store, { i: '1' })).toBe('0=0 10=2 20=4');
    const other = sqliteStore({ path, instance: 'there' });
    expect(await samplesOf(other.store, { i: '1' })).toBe('0=0 10=2 20=4');
  });

  test('becomes a segment after 360 snapshots, without a sample missing or twice while that happens', async () => {
    const { store, path } = sqliteStore();
    const series = counters(300);
    await fill(store, 360, series);
    const last = store.write(snapshotOf(START + 3600 * SECOND, series, (i) => 360 * (i + 1)));
    const during: number[] = [];
    for (let n = 0; n < 20; n++) {
      const [found] = await store.select([new Matcher('i', '=', '7')], 0, START + 3599 * SECOND);
      during.push(found!.values.length);
    }
    await last;
    expect(new Set(during)).toEqual(new Set([360]));
    expect(inFile(path, 'SELECT tier, state, samples FROM segment')).toEqual([{ tier: 0, state: 1, samples: 108_000 }]);
    expect(inFile(path, 'SELECT count(*) AS heads FROM head')).toEqual([{ heads: 1 }]);
    const [found] = await store.select([new Matcher('i', '=', '7')], 0, Number.MAX_SAFE_INTEGER);
    expect(Array.from(found!.values as Float64Array)).toEqual(Array.from({ length: 361 }, (_, n) => n * 8));
  });

  test('series that come and go keep their gaps and ends, as a row and as a column', async () => {
    const { store } = sqliteStore();
    const [a, b] = counters(2);
    await store.write(snapshotOf(START, [a!], () => 1));
    await store.write(snapshotOf(START + 10_000, [a!, b!], (i) => (i === 0 ? 2 : 5)));
    await store.write(snapshotOf(START + 20_000, [b!, a!], (i) => (i === 0 ? 6 : 'stale')));
    await store.write(snapshotOf(START + 30_000, [b!], () => 7));
    await store.write(snapshotOf(START + 40_000, [a!, b!], (i) => (i === 0 ? 1 : 8)));
    const expected = ['0=1 10=2 20=stale 40=1', '10=5 20=6 30=7 40=8'];
    const read = async () => [await samplesOf(store, { i: '0' }), await samplesOf(store, { i: '1' })];
    expect(await read()).toEqual(expected);
    // Setting the clock back ends the head.
    await store.write(snapshotOf(START - HOUR, [b!], () => 0));
    expect((await read())[0]).toBe(expected[0]);
  });

  test('after the clock was set back, what was written later counts', async () => {
    const { store } = sqliteStore();
    const [a] = counters(1);
    for (const [seconds, value] of [
      [0, 1],
      [10, 2],
      [20, 3],
      [30, 4],
      [15, 5],
      [25, 6],
    ] as const) {
      await store.write(snapshotOf(START + seconds * SECOND, [a!], () => value));
    }
    expect(await samplesOf(store, { i: '0' })).toBe('0=1 10=2 15=5 25=6');
  });
});

describe('several processes', () => {
  test('share a file, each with its own instance, and see each other', async () => {
    const first = sqliteStore({ instance: 'one' });
    const second = sqliteStore({ instance: 'two', path: first.path });
    const [ones, twos] = [counters(50, 'a_total', 'one'), counters(50, 'a_total', 'two')];
    for (let n = 0; n < 40; n++) {
      const time = START + n * 10 * SECOND;
      await Promise.all([
        first.store.write(snapshotOf(time, ones, () => n)),
        second.store.write(snapshotOf(time, twos, () => n)),
      ]);
    }
    for (const { store, notices } of [first, second]) {
      const found = await store.select([new Matcher('__name__', '=', 'a_total')], 0, Number.MAX_SAFE_INTEGER);
      expect(found).toHaveLength(100);
      expect(new Set(found.map(({ values }) => values.length))).toEqual(new Set([40]));
      expect(notices).toEqual([]);
    }
  });

  test('a head whose process is gone is made a segment by another, and nothing is lost', async () => {
    const gone = sqliteStore({ instance: 'gone' });
    await fill(gone.store, 5, counters(3, 'a_total', 'gone'));
    await gone.store.close();
    const { store } = sqliteStore({ path: gone.path, instance: 'here' });
    await store.write(snapshotOf(START + HOUR, counters(1, 'b_total'), () => 1));
    expect(inFile(gone.path, 'SELECT instance FROM segment')).toEqual([{ instance: 'gone' }]);
    expect(inFile(gone.path, 'SELECT instance FROM head')).toEqual([{ instance: 'here' }]);
    expect(await samplesOf(store, { instance: 'gone', i: '2' })).toBe('0=0 10=3 20=6 30=9 40=12');
  });

  test('a process that only slept goes on after its head was taken over', async () => {
    const asleep = sqliteStore({ instance: 'asleep' });
    const series = counters(1, 'a_total', 'asleep');
    await fill(asleep.store, 3, series);
    const awake = sqliteStore({ path: asleep.path, instance: 'awake' });
    await awake.store.write(snapshotOf(START + HOUR, counters(1, 'b_total', 'awake'), () => 1));
    await asleep.store.write(snapshotOf(START + HOUR, series, () => 9));
    const expected = '0=0 10=1 20=2 3600=9';
    expect(await samplesOf(asleep.store, { instance: 'asleep' })).toBe(expected);
    expect(await samplesOf(awake.store, { instance: 'asleep' })).toBe(expected);
  });

  test('a file that was moved away is begun anew with what is in memory', async () => {
    const { store, path } = sqliteStore();
    await fill(store, 3);
    renameSync(path, `${path}.moved`);
    await store.write(snapshotOf(START + 30_000, counters(3), (i) => 3 * (i + 1)));
    expect(await samplesOf(store, { i: '0' })).toBe('0=0 10=1 20=2 30=3');
    expect(inFile(path, 'SELECT count(*) AS rows FROM snapshot')).toEqual([{ rows: 4 }]);
  });
});

describe('what is kept', () => {
  /** Ten minutes of samples a flush, as after a clock that ran ahead. */
  async function days(store: ReturnType<typeof sqliteStore>['store'], count: number): Promise<void> {
    const series = [
      seriesOf({ __name__: 'a_total', instance: 'here' }),
      seriesOf({ __name__: 'level', instance: 'here' }, false),
    ];
    for (let minute = 0; minute < count * 24 * 60; minute += 2) {
      const time = START + minute * 60 * SECOND;
      await store.write(snapshotOf(time, series, (i) => (i === 0 ? minute : minute % 10)));
    }
  }

  test('samples go after their time, first the raw ones, and the file does not grow', async () => {
    const { store, path } = sqliteStore({ retentionMs: 3 * DAY, rawRetentionMs: 2 * DAY });
    await days(store, 5);
    const end = START + 5 * DAY;
    const [oldest] = inFile(path, 'SELECT min(start_time) AS raw FROM segment WHERE tier = 0 AND state = 1');
    expect(oldest!.raw).toBeGreaterThan(end - 2 * DAY - 13 * HOUR);
    const [minutes] = inFile(path, 'SELECT min(start_time) AS minutes FROM segment WHERE tier = 1 AND state = 1');
    expect(minutes!.minutes).toBeLessThan(end - 2 * DAY);
    expect(minutes!.minutes).toBeGreaterThan(end - 3 * DAY - 13 * HOUR);
    expect(await samplesOf(store, { __name__: 'a_total' }, end - 2.5 * DAY, end - 2.5 * DAY + 60_000)).not.toBe('');
  });

  test('beyond the raw days rates stay right, restarts and all, and a minute has its least and most', async () => {
    const HOURS = 5;
    const exact = sqliteStore();
    const minutes = sqliteStore({ rawRetentionMs: HOUR });
    const series = [counters(1)[0]!, seriesOf({ __name__: 'level', instance: 'here' }, false)];
    let [count, seed] = [0, 1];
    const levels: number[] = [];
    for (let n = 0; n < HOURS * 360; n++) {
      seed = (seed * 48_271) % 2_147_483_647;
      count = seed % 200 === 0 ? 0 : count + (seed % 10);
      levels.push(seed % 1000);
      const snapshot = snapshotOf(START + n * 10 * SECOND, series, (i) => (i === 0 ? count : levels[n]!));
      await Promise.all([exact, minutes].map(({ store }) => store.write(snapshot)));
    }
    expect(
      inFile(minutes.path, `SELECT count(*) AS n FROM segment WHERE tier = 0 AND start_time < ${START + 3 * HOUR}`),
    ).toEqual([{ n: 0 }]);
    const at = { start: START + HOUR, end: START + 3 * HOUR, stepMs: 60_000 };
    const ask = async (query: string, { store }: typeof exact) =>
      (await queryRange(query, { source: store, ...at })).series[0]!.values;
    const [raw, drawn] = [await ask('rate(a_total[30m])', exact), await ask('rate(a_total[30m])', minutes)];
    expect(drawn.length).toBe(raw.length);
    for (let i = 0; i < raw.length; i++) expect(Math.abs(drawn[i]! / raw[i]! - 1)).toBeLessThan(0.05);
    expect((await ask('rate(a_total[5m])', minutes)).length).toBe(raw.length);
    const most = await ask('max_over_time(level{__rollup__="max"}[2h] @ end())', minutes);
    expect(most[0]).toBe(Math.max(...levels.slice(HOUR / 10_000, (3 * HOUR) / 10_000 + 1)));
    const mean = await ask(
      'sum_over_time(level{__rollup__="sum"}[2h] @ end()) / ignoring(__rollup__) sum_over_time(level{__rollup__="count"}[2h] @ end())',
      minutes,
    );
    const [exactMean] = (await ask('avg_over_time(level[2h] @ end())', exact)) as unknown as number[];
    expect(Math.abs(mean[0]! - exactMean!)).toBeLessThan(5);
  }, 60_000);

  test('what is still there as it was recorded counts as one sample, and is its own least and most', async () => {
    const { store } = sqliteStore();
    await fill(store, 3);
    expect(await samplesOf(store, { i: '1', __rollup__: 'count' })).toBe('0=1 10=1 20=1');
    expect(await samplesOf(store, { i: '1', __rollup__: 'max' })).toBe('0=0 10=2 20=4');
    expect(await samplesOf(store, { i: '1', __rollup__: 'median' })).toBe('');
  });

  test('a file over its size gives up the oldest segments, a few rows at a time', async () => {
    const maxBytes = 1_500_000;
    const { store, path } = sqliteStore({ maxBytes, rawRetentionMs: 15 * DAY });
    const series = counters(200);
    let seed = 1;
    for (let n = 0; n < 1800; n++) {
      await store.write(
        snapshotOf(START + n * 10_000, series, () => {
          seed = (seed * 1103515245 + 12345) % 2 ** 31;
          return seed / 7;
        }),
      );
    }
    const [{ pages }] = inFile(
      path,
      'SELECT page_count - freelist_count AS pages FROM pragma_page_count, pragma_freelist_count',
    ) as [{ pages: number }];
    expect(pages * 4096).toBeLessThan(maxBytes * 1.1);
    const found = await samplesOf(store, { i: '3' }, START + 17_900_000);
    expect(found).not.toBe('');
    expect(inFile(path, 'SELECT count(*) AS n FROM segment')[0]!.n).toBeGreaterThan(0);
  }, 60_000);
});

test('a folder that is taken away leaves samples in memory, which go on being answered', async () => {
  const folder = join(temporaryFolder(), 'cache');
  const { store, notices } = sqliteStore({ path: join(folder, 'history.db') });
  await fill(store, 3);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file where the folder was');
  await store.write(snapshotOf(START + 30_000, counters(3), () => 9));
  expect(await samplesOf(store, { i: '0' })).toBe('0=0 10=1 20=2 30=9');
  expect(notices).toEqual([expect.stringMatching(/stays in memory for now.*it cannot be written$/)]);
  rmSync(folder);
  await store.write(snapshotOf(START + 40_000, counters(3), () => 9));
  expect(notices[1]).toMatch(/again$/);
  expect(await samplesOf(sqliteStore({ path: join(folder, 'history.db'), instance: 'other' }).store, { i: '0' })).toBe(
    '0=0 10=1 20=2 30=9 40=9',
  );
});

test('a full disk leaves samples in memory, says so once, and they are written when there is room', async () => {
  const { store, path, notices, dropped } = sqliteStore({ maxBytes: 400_000, bufferSize: 20_000 });
  const series = counters(1_000);
  let n = 0;
  const write = () => store.write(snapshotOf(START + ++n * 10_000, series, (i) => Math.sqrt(n * 5_000 + i)));
  await write();
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('CREATE TABLE other (data BLOB); INSERT INTO other VALUES (zeroblob(1000000))');
  for (let i = 0; i < 30; i++) await write();
  expect(notices).toEqual([expect.stringMatching(/stays in memory for now.*the disk is full$/)]);
  expect(await samplesOf(store, { i: '3' }, START + 300_000)).toMatch(/^300=[\d.]+ 310=[\d.]+$/);
  expect(dropped.length).toBeGreaterThan(0);
  other.exec('DROP TABLE other; PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)');
  await write();
  expect(notices).toHaveLength(2);
  expect(notices[1]).toMatch(/is written to .* again$/);
});
