import { DatabaseSync } from 'node:sqlite';
import { Matcher } from '@telltale/promql';
import { describe, expect, test } from 'vitest';
import { sqliteStore, type TestStore } from '../../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../../test/series.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Two processes with a file of their own. */
function pair(options: Parameters<typeof sqliteStore>[0] = {}): readonly [TestStore, TestStore] {
  const first = sqliteStore({ instance: 'a', ...options });
  return [first, sqliteStore({ instance: 'b', ...options, path: first.path })];
}

/** Each series of that time with its values, in the order of its labels. */
async function all({ store }: TestStore, from = 0): Promise<readonly string[]> {
  const found = await store.select([], from, Number.MAX_SAFE_INTEGER);
  const lines = found.map(({ labels: { __name__: name, instance, i }, values }) => {
    return `${name} ${instance} ${i}: ${Array.from(values as Float64Array).join(' ')}`;
  });
  return lines.sort();
}

describe('after one process cleared the file', () => {
  test.each(['the one that cleared it', 'the other'])(
    'every process sees what is written since, %s first',
    async (first) => {
      const [a, b] = pair();
      const [of, others] = [counters(2, 'm', 'a'), counters(2, 'other', 'b')];
      const write = (at: number) => {
        const steps = [
          () => a.store.write(snapshotOf(START + at, of, (i) => 100 + i)),
          () => b.store.write(snapshotOf(START + at, others, (i) => 200 + i)),
        ];
        if (first === 'the other') steps.reverse();
        return steps.reduce((done, step) => done.then(step), Promise.resolve());
      };
      await write(0);
      await a.store.clear();
      for (const seconds of [10, 20]) await write(seconds * 1000);
      const expected = ['m a 0: 100 100', 'm a 1: 101 101', 'other b 0: 200 200', 'other b 1: 201 201'];
      for (const process of [a, b, sqliteStore({ path: a.path, instance: 'c' })]) {
        expect(await all(process)).toEqual(expected);
      }
      expect([...a.notices, ...b.notices, ...a.errors, ...b.errors]).toEqual([]);
    },
  );
});

describe('after series were forgotten', () => {
  test('new ones get labels of their own in every process, and every flush is written', async () => {
    const options = { retentionMs: DAY, rawRetentionMs: DAY };
    const [a, b] = pair(options);
    const [of, gone] = [counters(2, 'm', 'a'), counters(200, 'm', 'b')];
    await a.store.write(snapshotOf(START, of, () => 1));
    await b.store.write(snapshotOf(START, gone, (i) => i));
    expect(await all(a)).toHaveLength(202);
    await b.store.close();
    let time = START;
    for (let n = 0; n < 300; n++) await a.store.write(snapshotOf((time += 10 * MINUTE), of, () => n));
    const late = sqliteStore({ ...options, path: a.path, instance: 'c' });
    const queues = [0, 1].map((i) => seriesOf({ __name__: 'queue', instance: 'c', i: String(i) }));
    await late.store.write(snapshotOf((time += 1000), queues, () => -5));
    const more = [...of, ...['7', '8'].map((i) => seriesOf({ __name__: 'm', instance: 'a', i, job: 'orders' }))];
    for (let n = 0; n < 3; n++) await a.store.write(snapshotOf((time += 10_000), more, (i) => 1000 + i));
    const expected = [
      'm a 0: 1000 1000 1000',
      'm a 1: 1001 1001 1001',
      'm a 7: 1002 1002 1002',
      'm a 8: 1003 1003 1003',
      'queue c 0: -5',
      'queue c 1: -5',
    ];
    for (const process of [a, late, sqliteStore({ path: a.path, instance: 'd' })]) {
      expect(await all(process, time - 30_500)).toEqual(expected);
    }
    expect([...a.notices, ...late.notices]).toEqual([]);
  });

  test('a process that slept meanwhile has its series entered again', async () => {
    const options = { retentionMs: DAY, rawRetentionMs: DAY };
    const [a, b] = pair(options);
    const [of, asleep] = [counters(1, 'm', 'a'), counters(3, 'm', 'b')];
    await b.store.write(snapshotOf(START, asleep, (i) => i));
    let time = START;
    for (let n = 0; n < 300; n++) await a.store.write(snapshotOf((time += 10 * MINUTE), of, () => n));
    for (const value of [5, 6]) await b.store.write(snapshotOf((time += 10_000), asleep, (i) => value + i));
    const expected = ['m b 0: 5 6', 'm b 1: 6 7', 'm b 2: 7 8'];
    for (const process of [a, b]) expect(await all(process, time - 15_000)).toEqual(expected);
    expect(b.notices).toEqual([]);
  });
});

test('a head that is taken over while its process wakes and writes loses nothing of it', async () => {
  const [a, b] = pair();
  const series = counters(1500, 'm', 'b');
  for (let n = 0; n < 200; n++) await b.store.write(snapshotOf(START + n * 10_000, series, () => n));
  const awake = START + 60 * MINUTE;
  const expected: number[] = Array.from({ length: 200 }, (_, n) => n);
  for (let round = 0; round < 4; round++) {
    // A sees a head that nobody wrote to for long, and reads it over several turns.
    const time = awake + round * 60 * MINUTE;
    let done = false;
    const taking = a.store.write(snapshotOf(time, counters(1, 'm', 'a'), () => round)).then(() => {
      done = true;
    });
    for (let turn = 0; turn < 3 + round * 5 && !done; turn++) await new Promise(setImmediate);
    for (let n = 0; !done || n === 0; n++) {
      const value = 1000 * (round + 1) + n;
      await b.store.write(snapshotOf(time + n, series, () => value));
      expected.push(value);
    }
    await taking;
  }
  const matchers = [new Matcher('instance', '=', 'b'), new Matcher('i', '=', '7')];
  for (const { store } of [a, b, sqliteStore({ path: a.path, instance: 'c' })]) {
    const [found] = await store.select(matchers, 0, Number.MAX_SAFE_INTEGER);
    expect(Array.from(found!.values as Float64Array)).toEqual(expected);
  }
  expect([...a.notices, ...b.notices, ...a.errors, ...b.errors]).toEqual([]);
});

test('a process whose head was made a segment without its last rows writes those again', async () => {
  const { store, path } = sqliteStore({ instance: 'b' });
  const series = counters(3, 'm', 'b');
  for (let n = 0; n < 5; n++) await store.write(snapshotOf(START + n * 10_000, series, () => n));
  const database = new DatabaseSync(path);
  database.exec("UPDATE snapshot SET data = x'017f' WHERE number >= 3");
  database.close();
  const other = sqliteStore({ path, instance: 'a' });
  await other.store.write(snapshotOf(START + 60 * MINUTE, counters(1, 'm', 'a'), () => 1));
  await store.write(snapshotOf(START + 60 * MINUTE, series, () => 9));
  for (const process of [{ store }, other] as TestStore[]) {
    expect(await all(process)).toContain('m b 0: 0 1 2 3 4 9');
  }
});
