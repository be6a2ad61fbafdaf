import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { endOf, startLogging } from '../../test/log-process.ts';

/** `SOAK_SECONDS=60 vitest run …/stalled-reader.test.ts` holds the reader still for a minute. */
const SOAK_SECONDS = Number(process.env.SOAK_SECONDS ?? 0);
const MEGABYTE = 1_048_576;

/** Logs far more than is kept, says what became of it, logs a little more when it is told to, and ends. */
const SCRIPT = `
  const used = () => { gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); return heapUsed + arrayBuffers; };
  const until = performance.now() + ${SOAK_SECONDS * 1000};
  let said = 0, memory;
  function round() {
    for (let i = 0; i < 200; i++) logger.info('x'.repeat(200), { n: said++ });
    if (said === 30_000) memory = used();
    if (said < 60_000 || performance.now() < until) setTimeout(round, ${SOAK_SECONDS > 0 ? 10 : 0});
    else report();
  }
  async function report() {
    // What still waits for company is judged too.
    monitor.flush();
    process.send({ said, dropped: await dropped(), growth: used() - memory });
  }
  round();
  process.on('message', () => process.disconnect());`;

interface Report {
  readonly said: number;
  readonly dropped: number;
  readonly growth: number;
}

type Line = Readonly<Record<string, unknown>>;

/** Everything that a reader gets who begins late; `saw` is told of each line. */
async function readLines(from: Readable, saw: (line: Line) => void): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const text of createInterface({ input: from })) {
    const line = JSON.parse(text);
    lines.push(line);
    saw(line);
  }
  return lines;
}

function expectAllAccountedFor(lines: readonly Line[], { said, dropped, growth }: Report): void {
  const numbers = lines.flatMap(({ n }) => (typeof n === 'number' ? [n] : []));
  const told = lines.filter(({ lost_lines }) => lost_lines !== undefined);
  expect(told).toMatchObject([{ level: 'WARNING', event_type: 'system', lost_lines: dropped }]);
  expect(dropped).toBeGreaterThan(10_000);
  expect(numbers.length + dropped).toBe(said);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(growth).toBeLessThan(3 * MEGABYTE);
}

const timeout = 60_000 + 2_000 * SOAK_SECONDS;

test(
  'a Node parent that does not read holds up nothing: memory stays flat, each lost line is counted',
  async () => {
    const child = startLogging(SCRIPT);
    const ended = endOf(child);
    const [report] = (await once(child, 'message')) as [Report];
    const lines = await readLines(child.stdout!, ({ lost_lines }) => lost_lines !== undefined && child.send('end'));
    expectAllAccountedFor(lines, report);
    expect(await ended).toEqual({ code: 0, signal: null });
  },
  timeout,
);

test(
  'nor does a FIFO of the shell that nobody reads',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-fifo-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, 'w');
    const child = startLogging(SCRIPT, writer);
    const ended = endOf(child);
    closeSync(writer);
    const [report] = (await once(child, 'message')) as [Report];
    const cat = spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = await readLines(cat.stdout, ({ lost_lines }) => lost_lines !== undefined && child.send('end'));
    closeSync(reader);
    expectAllAccountedFor(lines, report);
    expect(await ended).toEqual({ code: 0, signal: null });
  },
  timeout,
);

test('a reader that is only slow misses nothing', async () => {
  const child = startLogging(`
    for (let i = 0; i < 5_000; i++) logger.info('x'.repeat(200), { n: i });
    process.send('said'); process.on('message', () => process.disconnect());`);
  await once(child, 'message');
  let seen = 0;
  const lines = await readLines(child.stdout!, () => ++seen === 5_000 && child.send('end'));
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
});

test('a reader that stands still at the end is waited for, but not for ever', async () => {
  const child = startLogging(`
    for (let i = 0; i < 5_000; i++) logger.info('x'.repeat(200));
    process.exit(4);`);
  expect(await endOf(child)).toEqual({ code: 4, signal: null });
});
