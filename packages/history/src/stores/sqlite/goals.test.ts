import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sqliteStore } from '../../../test/samples.ts';
import { counters, START, snapshotOf } from '../../../test/series.ts';

const SERIES = 1_000;
const HOURS = 6;
/** Most series of a service rest most of the time: one in eight rises between two flushes. */
const RISING = 8;

/** Writes hours of snapshots; the longest turns of the event loop, in milliseconds of this thread's CPU time. */
async function writeHours(write: (n: number) => Promise<void>): Promise<readonly number[]> {
  const turns: number[] = [];
  let running = true;
  let last = process.threadCpuUsage();
  const measure = (): void => {
    const now = process.threadCpuUsage();
    turns.push((now.user + now.system - last.user - last.system) / 1000);
    last = now;
    if (running) setImmediate(measure);
  };
  setImmediate(measure);
  for (let n = 0; n < HOURS * 360 + 5; n++) await write(n);
  running = false;
  return turns.sort((a, b) => b - a);
}

test('1,000 series take a few milliseconds of a turn, segments and all, and less than 100 MB in seven days', async () => {
  const { store, path } = sqliteStore();
  const series = counters(SERIES);
  const values = new Float64Array(SERIES);
  let seed = 1;
  const turns = await writeHours((n) => {
    for (let i = 0; i < SERIES; i++) {
      seed = (seed * 48_271) % 2_147_483_647;
      if (seed % RISING === 0) values[i]! += seed % 10;
    }
    return store.write(snapshotOf(START + n * 10_000, series, (i) => values[i]!));
  });
  // Not the very longest: a collection of garbage may fall into any turn. A segment takes a hundred turns.
  expect(turns[3]).toBeLessThan(20);
  await store.close();
  expect((statSync(path).size / HOURS) * 24 * 7).toBeLessThan(100e6);
}, 60_000);
