import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { LEVEL, MESSAGE } from 'triple-beam';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import winston from 'winston';
import { Collector } from '../../test/collector.ts';
import { endOf, startLogging } from '../../test/log-process.ts';
import { testMonitor } from '../../test/test-monitor.ts';
import { WINSTON_LEVELS } from './levels.ts';

const { format } = winston;

/** The same calls on our logger and on a plain one of winston's; what a transport of each gets. */
function both(
  use: (logger: winston.Logger) => void,
  options: winston.transport.TransportStreamOptions = {},
): readonly [ours: Collector['seen'], theirs: Collector['seen']] {
  const [ours, theirs] = [new Collector(options), new Collector(options)];
  const { monitor, errors } = testMonitor();
  use(monitor.logger.add(ours));
  use(winston.createLogger({ levels: WINSTON_LEVELS, transports: [theirs] }));
  expect(errors).toEqual([]);
  return [ours.seen, theirs.seen];
}

describe('a transport gets what it gets of a plain winston logger', () => {
  test.each<[string, (logger: winston.Logger) => void]>([
    ['a message', (logger) => logger.info('hello')],
    ['a message and fields', (logger) => logger.warn('hello', { a: 1, list: [1, { b: 2 }] })],
    ['an object', (logger) => logger.log({ level: 'error', message: 'hello', a: 1 })],
    ['log by level', (logger) => logger.log('error', 'hello', { a: 1 })],
    ['a child', (logger) => logger.child({ a: 1 }).info('hello', { b: 2 })],
    ['a child of a child', (logger) => logger.child({ a: 1 }).child({ b: 2 }).error('hello')],
    ['default fields', (logger) => Object.assign(logger, { defaultMeta: { a: 1 } }).info('hello')],
    ['a level below', (logger) => logger.debug('hello')],
    ['an info that is written', (logger) => logger.write({ level: 'info', message: 'hello', a: 1 })],
    ['a logger that is silent', (logger) => Object.assign(logger, { silent: true }).info('hello')],
    ['a level changed', (logger) => Object.assign(logger, { level: 'debug' }).debug('hello')],
  ])('%s', (_, use) => {
    const [ours, theirs] = both(use);
    const plain = (infos: Collector['seen']) =>
      infos.map((info) => ({ ...Object.fromEntries(Object.entries(info)), level_: info[LEVEL] }));
    expect(plain(ours)).toEqual(plain(theirs));
  });

  test.each<[string, winston.Logform.Format]>([
    ['simple', format.simple()],
    ['json', format.json()],
    ['cli', format.cli({ levels: WINSTON_LEVELS })],
    ['uncolorize and label', format.combine(format.label({ label: 'x' }), format.uncolorize(), format.json())],
    ['metadata', format.combine(format.metadata(), format.json())],
    ['padLevels', format.combine(format.padLevels({ levels: WINSTON_LEVELS }), format.simple())],
    ['one that drops', format((info) => (info.a === 1 ? false : info))()],
  ])('with the format %s', (_, own) => {
    const use = (logger: winston.Logger): void => {
      logger.info('hello', { a: 1 });
      logger.error('hello', { b: [1] });
    };
    const [ours, theirs] = both(use, { format: own });
    expect(ours.map((info) => info.level)).toEqual(theirs.map((info) => info.level));
    if (theirs.some((info) => MESSAGE in info && !String(info[MESSAGE]).startsWith('{"b"')))
      expect(ours.map((info) => sorted(info[MESSAGE]))).toEqual(theirs.map((info) => sorted(info[MESSAGE])));
  });
});

/** JSON with its keys in order; any other text as it is. */
function sorted(message: unknown): unknown {
  try {
    return JSON.parse(String(message));
  } catch {
    return message;
  }
}

test('add, remove and clear', () => {
  const { monitor, log } = testMonitor();
  const { logger } = monitor;
  const [own] = logger.transports;
  const collector = new Collector();
  logger.add(collector).info('both');
  logger.remove(own!).info('theirs');
  logger.add(own!).info('both');
  logger.debug('neither');
  logger.clear().info('nobody');
  logger.add(own!).info('ours');
  logger.debug('nobody');
  expect(log().map(({ message }) => message)).toEqual(['both', 'both', 'ours']);
  expect(collector.seen.map(({ message }) => message)).toEqual(['both', 'theirs', 'both']);
});

test('our own transport has a level and can be silent, as any has', () => {
  const { monitor, log } = testMonitor();
  const { logger } = monitor;
  const [own] = logger.transports;
  own!.level = 'error';
  logger.info('not written');
  logger.error('1');
  own!.silent = true;
  logger.error('not written');
  own!.silent = false;
  logger.error('2');
  expect(log().map(({ message }) => message)).toEqual(['1', '2']);
});

test('profile and startTimer write durationMs', () => {
  const { monitor, log } = testMonitor();
  const { logger } = monitor;
  logger.profile('job');
  logger.profile('job', { level: 'warn', message: 'done' });
  logger.startTimer().done({ message: 'timed', level: 'error' });
  expect(log()).toEqual([
    expect.objectContaining({ level: 'WARNING', message: 'done', durationMs: expect.any(Number) }),
    expect.objectContaining({ level: 'ERROR', message: 'timed', durationMs: expect.any(Number) }),
  ]);
});

test('query asks the transports that can be asked, and stream follows them', async () => {
  const { monitor, rawLog } = testMonitor();
  const folder = mkdtempSync(join(tmpdir(), 'telltale-winston-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const filename = join(folder, 'log.jsonl');
  const file = new winston.transports.File({ filename });
  const { logger } = monitor;
  logger.add(file);
  logger.info('hello', { password: 'hunter2' });
  await vi.waitFor(() => expect(readFileSync(filename, 'utf8')).not.toBe(''));
  const found = await new Promise<Record<string, readonly Record<string, unknown>[]>>((resolve, reject) =>
    logger.query(
      { from: new Date(0), until: new Date('2100-01-01'), fields: ['message', 'password'] },
      (error, results) => (error ? reject(error) : resolve(results)),
    ),
  );
  expect(found.file).toEqual([{ message: 'hello', password: '[REDACTED]' }]);
  expect(readFileSync(filename, 'utf8').trim()).toBe(rawLog()[0]);
  const stream = logger.stream({ start: -1 });
  const [first] = await once(stream, 'log');
  expect(first).toMatchObject({ message: 'hello', password: '[REDACTED]' });
  (stream as Readable).destroy();
  logger.remove(file);
});

test('the logger is a stream that can be read, and piped into', async () => {
  const { monitor, log } = testMonitor();
  const { logger } = monitor;
  const seen: unknown[] = [];
  logger.on('data', (info) => seen.push(info.message));
  logger.info('hello');
  const source = new PassThrough({ objectMode: true });
  source.pipe(logger as unknown as NodeJS.WritableStream, { end: false });
  source.write({ level: 'warn', message: 'piped', token: 'x' });
  await wait(10);
  expect(seen).toEqual(['hello', 'piped']);
  expect(log()).toMatchObject([{ message: 'hello' }, { level: 'WARNING', message: 'piped', token: '[REDACTED]' }]);
});

test.each([
  ['an exception', 'exceptionHandlers', `setImmediate(() => { throw new Error('Bearer hunter2hunter2'); });`],
  [
    'a rejection',
    'rejectionHandlers',
    `Promise.reject(new Error('Bearer hunter2hunter2')); setInterval(() => {}, 1000);`,
  ],
])('%s is handled as winston handles it: said, and the end of the process', async (_, handlers, failing) => {
  const child = startLogging(`
    const { default: winston } = await import('winston');
    logger.${handlers === 'exceptionHandlers' ? 'exceptions' : 'rejections'}.handle(new winston.transports.Console({ forceConsole: true, stderrLevels: ['error'] }));
    ${failing}`);
  const [out, err, end] = await Promise.all([text(child.stdout!), text(child.stderr!), endOf(child)]);
  expect(end).toEqual({ code: 1, signal: null });
  const line = JSON.parse(out);
  expect(line).toMatchObject({ level: 'ERROR', service: 'orders' });
  expect(line.message).toContain('Bearer [BEARER]');
  expect(out + err).not.toContain('hunter2');
});

test('winston.loggers keeps ours beside its own', () => {
  const { monitor, log } = testMonitor();
  winston.loggers.loggers.set('orders', monitor.logger);
  onTestFinished(() => void winston.loggers.loggers.delete('orders'));
  expect(winston.loggers.has('orders')).toBe(true);
  winston.loggers.get('orders').info('hello');
  const other = winston.loggers.add('other', {
    levels: WINSTON_LEVELS,
    transports: monitor.logger.transports.map(() => new Collector()),
  });
  onTestFinished(() => winston.loggers.close('other'));
  other.info('elsewhere');
  expect(log().map(({ message }) => message)).toEqual(['hello']);
});

test('configure takes a format, a level, default fields, and leaves our transport where none is given', () => {
  const { monitor, rawLog } = testMonitor();
  const { logger } = monitor;
  logger.configure({
    format: format.combine(format.errors({ stack: true }), format.label({ label: 'L' }), format.json()),
    defaultMeta: { region: 'eu' },
  });
  logger.info('hello', { password: 'hunter2' });
  logger.configure({ level: 'DEBUG', format: format.printf(({ level, message }) => `${level} ${message}`) });
  logger.debug('shown');
  logger.configure({ transports: [new Collector()] });
  logger.error('not ours');
  expect(JSON.parse(rawLog()[0]!)).toEqual({
    level: 'info',
    message: 'hello',
    label: 'L',
    region: 'eu',
    password: '[REDACTED]',
  });
  expect(rawLog().slice(1)).toEqual(['debug shown']);
});

test('winston.format.errors shows the stack of an error, as with winston', () => {
  const own = format.combine(
    format.errors({ stack: true }),
    format.printf(({ message, stack }) => `${message} ${stack}`),
  );
  const { monitor } = testMonitor();
  const collector = new Collector({ format: own });
  monitor.logger.add(collector);
  const error = new Error('broken');
  monitor.logger.error(error);
  monitor.logger.error('failed', error);
  monitor.logger.log('error', error as never);
  expect(collector.seen.map((info) => info[MESSAGE])).toEqual([
    `broken ${error.stack}`,
    `failed ${error.stack}`,
    `broken ${error.stack}`,
  ]);
});

test('levels and the questions about them', () => {
  const { monitor } = testMonitor();
  const { logger } = monitor;
  expect(logger.levels).toMatchObject({ critical: 0, error: 1, warn: 2, warning: 2, info: 3, debug: 4 });
  expect([logger.isErrorEnabled(), logger.isInfoEnabled(), logger.isDebugEnabled()]).toEqual([true, true, false]);
  logger.level = 'DEBUG';
  expect([logger.isDebugEnabled(), logger.isLevelEnabled('silly')]).toEqual([true, true]);
  expect(logger.child({}).isDebugEnabled()).toBe(true);
  expect(logger.child({}).level).toBe('debug');
});

test('a level that is written on a child means as much as in winston, which is nothing', () => {
  const { monitor, log } = testMonitor();
  const child = monitor.logger.child({ a: 1 });
  child.level = 'error';
  child.info('hello');
  expect([child.level, monitor.logger.level]).toEqual(['error', 'info']);
  expect(log()).toHaveLength(1);
});

test('a callback after the fields is taken for what winston 3 takes it, no callback', () => {
  const { monitor, log } = testMonitor();
  let called = 0;
  (monitor.logger.info as (...args: unknown[]) => unknown)('hello', { a: 1 }, () => called++);
  expect(log()).toMatchObject([{ a: 1 }]);
  expect(called).toBe(0);
});

test('silent and its end', () => {
  const { monitor, log } = testMonitor();
  const collector = new Collector();
  monitor.logger.add(collector);
  monitor.logger.silent = true;
  monitor.logger.error('nobody');
  monitor.logger.silent = false;
  monitor.logger.error('both');
  expect([log().length, collector.seen.length]).toEqual([1, 1]);
});

test('close takes every transport off, and end waits for them', async () => {
  const { monitor, log } = testMonitor();
  const collector = new Collector();
  monitor.logger.add(collector);
  monitor.logger.info('hello');
  const finished = once(monitor.logger, 'finish');
  monitor.logger.end();
  await finished;
  monitor.logger.info('late');
  expect(collector.seen).toHaveLength(1);
  expect(log()[0]).toMatchObject({ message: 'hello' });
  monitor.logger.close();
  expect(monitor.logger.transports).toEqual([]);
});
