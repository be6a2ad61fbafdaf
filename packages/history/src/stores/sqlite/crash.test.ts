import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Matcher } from '@telltale/promql';
import { expect, onTestFinished, test } from 'vitest';
import { sqliteStore, temporaryFolder } from '../../../test/samples.ts';
import { counters, START, snapshotOf } from '../../../test/series.ts';

/** CRASH_ROUNDS=50 kills more often. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 4);
const WRITER = fileURLToPath(new URL('../../../test/crash-writer.ts', import.meta.url));

/** A process that writes until it is killed; tells the number of the last snapshot it said was written. */
function startWriter(path: string, instance: string, first: number) {
  const child: ChildProcess = spawn(process.execPath, [WRITER, path, instance, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const state = { last: -1, complaints: [] as string[] };
  const enough = Promise.withResolvers<void>();
  let wanted = Number.POSITIVE_INFINITY;
  // Not waited for to the end of the test: it ends by a kill, or it failed.
  child.once('exit', (code) => {
    if (code !== null) enough.reject(new Error(`The writer ended by itself, with exit code ${code}.`));
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (/^\d+$/.test(line)) state.last = Number(line);
    else state.complaints.push(line);
    if (state.last >= wanted) enough.resolve();
  });
  return {
    state,
    async killAfter(snapshots: number): Promise<number> {
      wanted = first + snapshots;
      await enough.promise;
      child.kill('SIGKILL');
      await once(child, 'close');
      return state.last;
    },
  };
}

test('kill -9 while it writes loses nothing that was flushed, and the next process goes on in the same file', async () => {
  const path = join(temporaryFolder(), 'history.db');
  let next = 0;
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Now and then over the end of an hour, when a segment is made.
    const writer = startWriter(path, 'killed', next);
    const last = await writer.killAfter(round % 2 === 0 ? 395 : 17 + round);
    expect(writer.state.complaints).toEqual([]);
    for (let n = next; n <= last; n++) values.push(n * 4);
    next = last + 1000;
  }
  const { store, notices } = sqliteStore({ path, instance: 'killed' });
  const [found] = await store.select([new Matcher('i', '=', '3')], 0, Number.MAX_SAFE_INTEGER);
  const read = new Set(found!.values as Float64Array);
  expect(values.filter((value) => !read.has(value))).toEqual([]);
  expect(notices).toEqual([]);
}, 60_000);

/** So many flushes in a row another process may keep the file from one before that is told of. */
const FLUSHES_THAT_MAY_WAIT = 5;

test('two processes that write the same file, one of them killed, leave the other undisturbed', async () => {
  const path = join(temporaryFolder(), 'history.db');
  const [victim, survivor] = [startWriter(path, 'victim', 0), startWriter(path, 'survivor', 0)];
  const lastOfVictim = await victim.killAfter(100);
  const last = await survivor.killAfter(400);
  expect([...victim.state.complaints, ...survivor.state.complaints]).toEqual([]);
  const { store } = sqliteStore({ path });
  for (const [instance, count] of [
    ['victim', lastOfVictim],
    ['survivor', last],
  ] as const) {
    const found = await store.select(
      [new Matcher('instance', '=', instance), new Matcher('i', '=', '0')],
      0,
      Number.MAX_SAFE_INTEGER,
    );
    // Where the other had the file for long, the last few flushes may still wait in memory.
    const safe = count + 1 - FLUSHES_THAT_MAY_WAIT;
    const values = Array.from(found[0]!.values);
    expect(values.length).toBeGreaterThanOrEqual(safe);
    expect(values.slice(0, safe)).toEqual(Array.from({ length: safe }, (_, n) => n));
  }
}, 60_000);

/** A file as it lies on the disk while a process has it open: with a log that is not taken in. */
async function openFile(snapshots: number): Promise<{ path: string; log: Buffer; main: Buffer; synced: number }> {
  const { store, path } = sqliteStore({ path: join(temporaryFolder(), 'history.db') });
  const series = counters(40);
  let synced = 0;
  for (let n = 0; n < snapshots; n++) {
    synced = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
    await store.write(snapshotOf(START + n * 10_000, series, (i) => n * (i + 1)));
  }
  return { path, main: readFileSync(path), log: readFileSync(`${path}-wal`), synced };
}

/** Opens a copy, reads it and writes to it. Returns the values found of one series, before the new one. */
async function reopened(main: Buffer, log: Buffer): Promise<{ values: readonly number[]; notices: readonly string[] }> {
  const path = join(temporaryFolder(), 'history.db');
  writeFileSync(path, main);
  writeFileSync(`${path}-wal`, log);
  const { store, notices } = sqliteStore({ path });
  const matchers = [new Matcher('i', '=', '3'), new Matcher('__name__', '=', 'a_total')];
  const before = await store.select(matchers, 0, Number.MAX_SAFE_INTEGER);
  await store.write(snapshotOf(START + 10_000_000, counters(40), () => 5));
  const [after] = await store.select(matchers, START + 10_000_000, Number.MAX_SAFE_INTEGER);
  expect([...(after!.values as Float64Array)]).toEqual([5]);
  await store.close();
  return { values: [...((before[0]?.values ?? []) as Float64Array)], notices };
}

test('a log that was cut off loses what came after the cut, and no more', async () => {
  const { main, log, synced } = await openFile(30);
  for (let cut = synced; cut <= log.length; cut += Math.ceil((log.length - synced) / 9)) {
    const { values, notices } = await reopened(main, log.subarray(0, cut));
    expect(values.length).toBeGreaterThanOrEqual(29);
    expect(values).toEqual(Array.from({ length: values.length }, (_, n) => n * 4));
    expect(notices).toEqual([]);
  }
  for (let cut = 0; cut < synced; cut += Math.ceil(synced / 25) + 7) {
    const { values } = await reopened(main, log.subarray(0, cut));
    expect(values).toEqual(Array.from({ length: values.length }, (_, n) => n * 4));
  }
}, 60_000);

test('a file that was cut off anywhere is opened, or set aside and a new one begun', async () => {
  const { path, main } = await closedFile();
  let setAside = 0;
  for (let cut = 0; cut < main.length; cut += Math.ceil(main.length / 40) + 13) {
    const copy = join(temporaryFolder(), 'history.db');
    copyFileSync(path, copy);
    truncateSync(copy, cut);
    const { store, notices } = sqliteStore({ path: copy });
    await store.write(snapshotOf(START + 10_000_000, counters(40), () => 5));
    const found = await store.select([new Matcher('i', '=', '3')], START + 10_000_000, Number.MAX_SAFE_INTEGER);
    expect([...(found[0]!.values as Float64Array)]).toEqual([5]);
    await store.select([], 0, Number.MAX_SAFE_INTEGER);
    if (notices.length > 0) {
      expect(notices[0]).toMatch(/is damaged; it was renamed to .*\.damaged, and a new one begun$/);
      expect(readdirSync(join(copy, '..')).some((name) => name.startsWith('history.db.damaged'))).toBe(true);
      setAside++;
    }
    await store.close();
  }
  expect(setAside).toBeGreaterThan(10);
}, 60_000);

test('bytes that were changed in the middle give an error of ours at worst', async () => {
  const { main } = await closedFile();
  for (let at = 4096; at < main.length; at += Math.ceil(main.length / 40)) {
    const damaged = Buffer.from(main);
    damaged.fill(0xa5, at, at + 200);
    await reopened(damaged, Buffer.alloc(0));
  }
}, 60_000);

async function closedFile(): Promise<{ path: string; main: Buffer }> {
  const { store, path } = sqliteStore({ path: join(temporaryFolder(), 'history.db') });
  for (let n = 0; n < 400; n++) {
    await store.write(snapshotOf(START + n * 10_000, counters40, (i) => n * (i + 1) + ((n * i) % 7)));
  }
  await store.close();
  return { path, main: readFileSync(path) };
}

const counters40 = counters(40);
