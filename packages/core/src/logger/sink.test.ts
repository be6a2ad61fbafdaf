import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { endOf, startLogging } from '../../test/log-process.ts';
import { createSink } from './sink.ts';

/** Runs a script that has a `monitor` in a process of its own. */
async function run(script: string, whileRunning?: (child: ChildProcess) => void) {
  const child = startLogging(script);
  const ended = endOf(child);
  whileRunning?.(child);
  const [out, err, end] = await Promise.all([text(child.stdout!).catch(() => ''), text(child.stderr!), ended]);
  const messages = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).message as string);
  return { messages, err, ...end };
}

const temporaryFile = (path = 'deeper/log.jsonl'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-sink-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, path);
};

test.each([
  ['a process that simply ends, which nothing keeps alive', ''],
  ['process.exit', 'process.exit(3);'],
  ['process.exit in a later turn', 'setTimeout(() => { logger.info("last"); process.exit(3); }, 30);'],
])('no line is lost by %s', async (_, ending) => {
  const { messages, code } = await run(`for (let i = 0; i < 1000; i++) logger.info('line ' + i); ${ending}`);
  expect(messages.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => `line ${i}`));
  expect(messages[1000]).toBe(ending.includes('last') ? 'last' : undefined);
  expect(code).toBe(ending === '' ? 0 : 3);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'no line is lost by %s, which still ends the process',
  async (signal) => {
    const script = `logger.info('before'); process.send('ready'); setInterval(() => {}, 1000);`;
    const { messages, signal: endedBy } = await run(script, (child) => child.on('message', () => child.kill(signal)));
    expect(messages).toEqual(['before']);
    expect(endedBy).toBe(signal);
  },
);

test("a signal that the service handles is the service's", async () => {
  const script = `
    process.on('SIGTERM', () => setTimeout(() => { logger.info('drained'); process.exit(0); }, 50));
    logger.info('before'); process.send('ready'); setInterval(() => {}, 1000);`;
  const { messages, code } = await run(script, (child) => child.on('message', () => child.kill('SIGTERM')));
  expect(messages).toEqual(['before', 'drained']);
  expect(code).toBe(0);
});

test('no line is lost by an uncaught exception or a rejection that nobody handles, and these end the process', async () => {
  const thrown = await run(`logger.info('before'); setImmediate(() => { throw new Error('uncaught'); });`);
  expect(thrown.messages).toEqual(['before']);
  expect(thrown.code).toBe(1);
  expect(thrown.err).toContain('Error: uncaught');
  const rejected = await run(
    `logger.info('before'); Promise.reject(new Error('unhandled')); setInterval(() => {}, 1000);`,
  );
  expect(rejected.messages).toEqual(['before']);
  expect(rejected.code).toBe(1);
});

test('a reader that goes away does not end the service', async () => {
  const script = `
    logger.info('before');
    process.on('message', () => {
      for (let i = 0; i < 100_000; i++) logger.info('nobody reads this ' + i);
      setTimeout(async () => {
        process.stderr.write('alive, dropped ' + ((await dropped()) > 0));
        process.exit(7);
      }, 200);
    });
    process.send('ready');`;
  const { err, code } = await run(script, (child) =>
    child.on('message', () => {
      child.stdout!.destroy();
      child.send('go');
    }),
  );
  expect({ err, code }).toEqual({ err: 'alive, dropped true', code: 7 });
});

test('a file is made with its folders, appended to, and has a line within a moment', async () => {
  const file = temporaryFile();
  for (const line of ['one\n', 'two\n']) {
    const sink = createSink(file, { onDrop: () => {} });
    sink.write(line);
    await wait(100);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`${line}$`));
    sink.close();
  }
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});

test('a closed file takes nothing more, and says so', async () => {
  let dropped = 0;
  const sink = createSink(temporaryFile(), { onDrop: (lines) => (dropped += lines) });
  sink.close();
  sink.close();
  await wait(20);
  sink.write('late\n');
  expect(dropped).toBe(1);
});

test('a file that cannot be opened is a mistake in the configuration', () => {
  const file = join(temporaryFile(), '..', '..', 'file');
  writeFileSync(file, '');
  expect(() => createSink(join(file, 'log.jsonl'), { onDrop: () => {} })).toThrow(
    /^\[telltale\] \[config\] One option is not usable:\n {2}logDestination = .*log\.jsonl: E/,
  );
});

test('a full disk costs the lines for which there is no room, counted, and nothing else', () => {
  let dropped = 0;
  const sink = createSink('/dev/full', { onDrop: (lines) => (dropped += lines) });
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 10_000; i++) sink.write(line);
  expect(dropped).toBeGreaterThan(5_000);
  expect(dropped).toBeLessThan(6_000);
  sink.close();
  expect(dropped).toBe(10_000);
});

test('a descriptor that somebody closed costs the lines, counted, and nothing else', () => {
  const descriptor = openSync(temporaryFile('log'), 'a');
  closeSync(descriptor);
  let dropped = 0;
  const sink = createSink(descriptor, { onDrop: (lines) => (dropped += lines) });
  for (let i = 0; i < 100; i++) sink.write('line\n');
  sink.flush();
  sink.close();
  expect(dropped).toBe(100);
});

test('several processes write one file without a torn line', async () => {
  const file = temporaryFile();
  const script = (name: number) =>
    `for (let i = 0; i < 2_000; i++) { logger.info('x'.repeat(i % 700), { name: ${name}, i }); if (i % 50 === 0) await null; }`;
  const ends = [1, 2, 3, 4].map((name) =>
    endOf(startLogging(script(name), 'pipe', JSON.stringify({ logDestination: file }))),
  );
  expect(await Promise.all(ends)).toEqual(Array(4).fill({ code: 0, signal: null }));
  const seen = new Map<number, number[]>([1, 2, 3, 4].map((name) => [name, []]));
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const { name, i, message } = JSON.parse(line);
    expect(message).toHaveLength(i % 700);
    seen.get(name)!.push(i);
  }
  const all = Array.from({ length: 2_000 }, (_, i) => i);
  for (const numbers of seen.values()) expect(numbers).toEqual(all);
});
