import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createSink } from './sink.ts';

/** Runs a script that has a `monitor` in a process of its own. */
async function run(script: string, whileRunning?: (child: ReturnType<typeof spawn>) => void) {
  const index = new URL('../index.ts', import.meta.url).href;
  const source = `
    import { createMonitor } from ${JSON.stringify(index)};
    const monitor = createMonitor({ serviceName: 'orders' }, {});
    const { logger } = monitor;
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  whileRunning?.(child);
  const [out, err, end] = await Promise.all([text(child.stdout!).catch(() => ''), text(child.stderr!), ended]);
  const messages = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).message as string);
  return { messages, err, ...end };
}

const temporaryFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-sink-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deeper', 'log.jsonl');
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
        let text = '';
        for await (const chunk of monitor.scrape()) text += chunk;
        const dropped = /log_messages_dropped_total\\S* (\\d+)/.exec(text)[1];
        process.stderr.write('alive, dropped ' + (dropped > 0));
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

test('a reader that stands still does not hold up the event loop, and misses nothing', async () => {
  // Only a pipe that does not block can be full; Node opens one so for its own streams.
  const script = `
    process.stdout._handle.setBlocking(false);
    let longest = 0, last = performance.now();
    const timer = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 5);
    for (let i = 0; i < 2000; i++) logger.info('x'.repeat(200) + i);
    setTimeout(() => { clearInterval(timer); process.stderr.write(String(Math.round(longest))); process.send('slow'); }, 400);
    process.on('message', () => process.disconnect());`;
  const { messages, err } = await run(script, (child) => {
    child.stdout!.pause();
    child.on('message', () => child.send('end'));
  });
  expect(messages).toHaveLength(2000);
  expect(Number(err)).toBeLessThan(300);
});

test('a file is made with its folders, appended to, and has a line within a moment', async () => {
  const file = temporaryFile();
  for (const line of ['one\n', 'two\n']) {
    const sink = createSink(file, () => {});
    sink.write(line);
    await wait(100);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`${line}$`));
    sink.close();
  }
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});

test('a closed file takes nothing more, and says so', async () => {
  let dropped = 0;
  const sink = createSink(temporaryFile(), () => dropped++);
  sink.close();
  sink.close();
  await wait(20);
  sink.write('late\n');
  expect(dropped).toBe(1);
});

test('a file that cannot be opened is a mistake in the configuration', () => {
  const file = join(temporaryFile(), '..', '..', 'file');
  writeFileSync(file, '');
  expect(() => createSink(join(file, 'log.jsonl'), () => {})).toThrow(
    /^\[telltale\] \[config\] One option is not usable:\n {2}logDestination = .*log\.jsonl: E/,
  );
});
