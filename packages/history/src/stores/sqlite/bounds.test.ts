import { DatabaseSync } from 'node:sqlite';
import { Matcher } from '@telltale/promql';
import { expect, test } from 'vitest';
import { samplesOf, sqliteStore } from '../../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../../test/series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function numberIn(path: string, sql: string): number {
  const database = new DatabaseSync(path);
  try {
    return Object.values(database.prepare(sql).get() as Record<string, number>)[0]!;
  } finally {
    database.close();
  }
}

/** Series that nobody sees a second time. */
function shortLived(count: number, flush: number) {
  return Array.from({ length: count }, (_, i) =>
    seriesOf({ __name__: 'jobs_total', instance: 'here', job_id: `job-${flush}-${i}-0123456789abcdef` }),
  );
}

test('series that come and go count into the size of the file, and go with their samples', async () => {
  const maxBytes = 1_000_000;
  const { store, path, notices, errors, dropped } = sqliteStore({ maxBytes });
  let most = 0;
  for (let n = 0; n < 150; n++) {
    await store.write(snapshotOf(START + n * 10_000, shortLived(300, n), (i) => i));
    if (n % 10 === 0) most = Math.max(most, numberIn(path, 'SELECT page_count * 4096 FROM pragma_page_count'));
  }
  expect(most).toBeLessThan(maxBytes * 2);
  expect(numberIn(path, 'SELECT count(*) FROM series')).toBeLessThan(20_000);
  expect((await store.usage()).series).toBeLessThan(20_000);
  expect(await samplesOf(store, { job_id: 'job-149-7-0123456789abcdef' })).toBe('1490=7');
  expect([notices, errors, dropped]).toEqual([[], [], []]);
});

test('series that ended are forgotten in the file and in memory after their time, though their process goes on', async () => {
  const { store, path } = sqliteStore({ retentionMs: DAY, rawRetentionMs: DAY });
  const lasting = counters(2);
  await store.write(snapshotOf(START + 1, [...lasting, ...shortLived(700, 0)], () => 1));
  // A clock that is set back ends the head.
  for (let n = 0; n < 160; n++) await store.write(snapshotOf(START + n * 10 * MINUTE, lasting, () => n));
  expect(numberIn(path, 'SELECT count(*) FROM series')).toBe(2);
  expect(numberIn(path, 'SELECT count(*) FROM series_group')).toBe(1);
  expect((await store.usage()).series).toBe(2);
});

test('processes that ended are forgotten after their time, all of them', async () => {
  const lasting = sqliteStore({ retentionMs: DAY, rawRetentionMs: DAY });
  for (let n = 0; n < 20; n++) {
    const ended = sqliteStore({ path: lasting.path, instance: `ended-${n}` });
    const series = Array.from({ length: 60 }, (_, i) => seriesOf({ __name__: `m${i}`, instance: `ended-${n}` }));
    await ended.store.write(snapshotOf(START + n, series, (i) => i));
    await ended.store.close();
  }
  for (let n = 1; n < 160; n++) await lasting.store.write(snapshotOf(START + n * 10 * MINUTE, counters(1), () => n));
  expect(numberIn(lasting.path, 'SELECT count(*) FROM series')).toBe(1);
  expect(numberIn(lasting.path, 'SELECT count(*) FROM series_group')).toBe(1);
  expect((await lasting.store.usage()).series).toBe(1);
});

test('a file that is full of what is past its time is written again', async () => {
  const first = sqliteStore({ maxBytes: 4_000_000 });
  for (let n = 0; n < 30; n++) await first.store.write(snapshotOf(START + n * 10_000, shortLived(300, n), (i) => i));
  await first.store.close();
  const { store, path, notices } = sqliteStore({
    ...{ path: first.path, maxBytes: 300_000, retentionMs: DAY, rawRetentionMs: DAY },
  });
  for (let n = 0; n < 5; n++) await store.write(snapshotOf(START + 3 * DAY + n * 10_000, counters(500), (i) => n * i));
  expect(notices).toEqual([]);
  expect(await samplesOf(store, { i: '2' }, START + 3 * DAY + 40_000)).toBe('259240=8');
  expect(numberIn(path, 'SELECT count(*) FROM series')).toBe(500);
});

/** A file of four hours, in which something is damaged, and minutes are due. */
async function damaged(sql: string) {
  const first = sqliteStore();
  const series = counters(3);
  for (let n = 0; n <= 1440; n++) await first.store.write(snapshotOf(START + n * 10_000, series, (i) => n * (i + 1)));
  await first.store.close();
  const database = new DatabaseSync(first.path);
  database.exec(sql);
  database.close();
  const second = sqliteStore({ path: first.path, rawRetentionMs: HOUR });
  const later = async (flushes: number) => {
    for (let n = 1; n <= flushes; n++) {
      await second.store.write(snapshotOf(START + 5 * HOUR + n * 10 * MINUTE, series, () => 1));
    }
  };
  return { ...second, later };
}

test.each([
  ['a chunk', "UPDATE chunk SET data = x'ff' WHERE id = (SELECT min(id) FROM chunk)"],
  ['the times of a segment', "UPDATE segment SET times = x'ff' WHERE id = (SELECT min(id) FROM segment)"],
])(
  '%s that cannot be read is left out of answers, told of once by the chores, and stops none of them',
  async (_, sql) => {
    const { store, path, errors, later } = await damaged(sql);
    const values = await store.select([new Matcher('i', '=', '2')], START, START + 4 * HOUR);
    expect(values[0]!.values.length).toBe(1081);
    expect(errors).toEqual([expect.any(RangeError)]);
    errors.length = 0;
    await later(12);
    expect(errors).toEqual([expect.any(RangeError)]);
    expect(numberIn(path, `SELECT count(*) FROM segment WHERE tier = 0 AND end_time < ${START + 4 * HOUR}`)).toBe(0);
    expect(numberIn(path, 'SELECT count(*) FROM segment WHERE tier = 1 AND state = 1')).toBeGreaterThan(2);
  },
);

test('what is damaged in a head that was left behind ends that head, and nothing else', async () => {
  const { path, errors, later } = await damaged("UPDATE snapshot SET data = x'017f'");
  await later(3);
  expect(errors).toEqual([expect.any(RangeError)]);
  expect(numberIn(path, 'SELECT count(*) FROM head')).toBe(1);
});
