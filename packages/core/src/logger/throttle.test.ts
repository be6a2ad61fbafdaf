import { afterEach, expect, test, vi } from 'vitest';
import { testClock, testMonitor } from '../../test/test-monitor.ts';
import { createThrottle, type HeldBack, type ThrottleOptions } from './throttle.ts';

afterEach(() => {
  vi.useRealTimers();
});

function throttleOf(options: Partial<ThrottleOptions>) {
  const clock = testClock();
  const held: string[] = [];
  const seconds: [number, readonly HeldBack[]][] = [];
  const throttle = createThrottle({
    sampling: undefined,
    rateLimit: undefined,
    clock,
    onHold: (level, reason) => held.push(`${level} ${reason}`),
    onSecond: (...args) => seconds.push(args),
    ...options,
  })!;
  return { throttle, clock, held, seconds };
}

test('without sampling and rate limit there is no throttle', () => {
  expect(throttleOf({}).throttle).toBeUndefined();
});

test('sampling writes its part of the levels that are named', () => {
  const numbers = [0.05, 0.1, 0.99, 0];
  const { throttle, held } = throttleOf({ sampling: { debug: 0.1, ERROR: 0 }, random: () => numbers.shift() ?? 0.5 });
  const debug = [1, 2, 3, 4].map(() => throttle.admits('DEBUG', 'hello'));
  expect(debug).toEqual([true, false, false, true]);
  expect(throttle.admits('INFO', 'hello')).toBe(true);
  expect(throttle.admits('ERROR', 'asked for')).toBe(false);
  expect(held).toEqual(['DEBUG sampling', 'DEBUG sampling', 'ERROR sampling']);
});

test('the same message at the same level is written so many times a second', () => {
  const { throttle, clock, held, seconds } = throttleOf({ rateLimit: { perSecond: 2 } });
  const admitted = (message: unknown, times = 5, level: 'INFO' | 'WARNING' | 'ERROR' = 'INFO'): number =>
    Array.from({ length: times }, () => throttle.admits(level, message)).filter(Boolean).length;
  expect(admitted('a')).toBe(2);
  expect(admitted('b', 3)).toBe(2);
  expect(admitted('a', 2, 'WARNING')).toBe(2);
  expect(admitted(new Error('a'), 1)).toBe(0);
  expect(admitted('a', 100, 'ERROR')).toBe(100);
  clock.advance(999);
  expect(admitted('a', 1)).toBe(0);
  expect(seconds).toEqual([]);
  clock.advance(1);
  expect(admitted('a')).toBe(2);
  expect(seconds).toEqual([
    [
      6,
      [
        { level: 'INFO', message: 'a', lines: 5 },
        { level: 'INFO', message: 'b', lines: 1 },
      ],
    ],
  ]);
  throttle.close();
  throttle.close();
  expect(seconds.map(([lines]) => lines)).toEqual([6, 3]);
  expect(held).toHaveLength(9);
});

test('what was held back is said although nothing more is logged', () => {
  vi.useFakeTimers();
  const { throttle, seconds } = throttleOf({ rateLimit: { perSecond: 1 } });
  throttle.admits('INFO', 'a');
  throttle.admits('INFO', 'a');
  vi.advanceTimersByTime(1_000);
  expect(seconds).toHaveLength(1);
});

test('so many messages are told apart in a second, and any other is written', () => {
  const { throttle, seconds } = throttleOf({ rateLimit: { perSecond: 1 } });
  for (let i = 0; i < 1_000; i++) expect(throttle.admits('INFO', `message ${i}`)).toBe(true);
  for (let i = 0; i < 3; i++) expect(throttle.admits('INFO', 'one more')).toBe(true);
  for (let i = 0; i < 1_000; i++) expect(throttle.admits('INFO', `message ${i}`)).toBe(false);
  throttle.close();
  expect(seconds[0]![1]).toHaveLength(5);
});

test('a monitor counts and tells what it holds back, but never an audit or a security event', async () => {
  const { monitor, log, scrape, clock } = testMonitor({
    logLevel: 'DEBUG',
    logSampling: { DEBUG: 0 },
    logRateLimit: { perSecond: 2 },
  });
  const { logger } = monitor;
  for (let i = 0; i < 5; i++) {
    logger.debug('never');
    logger.info('order %d', i, { card: '4111 1111 1111 1111' });
    logger.child({ a: 1 }).info('Bearer hunter2hunter2');
    logger.log({ level: 'info', message: 'object' });
    logger.audit('audit');
    logger.security('security');
    logger.error('error');
  }
  clock.advance(1_000);
  logger.info('next');
  const lines = log();
  const counted = Object.groupBy(lines, ({ message }) => String(message).replace(/\d+$/, 'n'));
  expect(Object.fromEntries(Object.entries(counted).map(([key, all]) => [key, all!.length]))).toEqual({
    'order n': 2,
    'Bearer [BEARER]': 2,
    object: 2,
    audit: 5,
    security: 5,
    error: 5,
    'Held back 9 log lines of the same messages within a second': 1,
    next: 1,
  });
  expect(lines.at(-2)).toMatchObject({
    level: 'WARNING',
    event_type: 'system',
    held_back: 9,
    messages: [
      { level: 'INFO', message: 'order %d', lines: 3 },
      { level: 'INFO', message: 'Bearer [BEARER]', lines: 3 },
      { level: 'INFO', message: 'object', lines: 3 },
    ],
  });
  expect(await scrape('log_messages_held_back_total')).toMatchInlineSnapshot(`
    "log_messages_held_back_total{level="DEBUG",reason="sampling"} 5
    log_messages_held_back_total{level="INFO",reason="rate_limit"} 9"
  `);
});

test('what is below the level is not counted as held back', async () => {
  const { monitor, scrape } = testMonitor({ logSampling: { debug: 0 } });
  monitor.logger.debug('hello');
  monitor.logger.log({ level: 'debug', message: 'hello' });
  expect(await scrape('log_messages_held_back_total')).toBe('');
});

test.each([
  [{ logSampling: { loud: 0.5 } }],
  [{ logSampling: { debug: 2 } }],
  [{ logSampling: 0.5 }],
  [{ logRateLimit: { perSecond: 0 } }],
  [{ logRateLimit: { perSecond: 10, perMinute: 5 } }],
  [{ logRateLimit: { perSecond: 10, levels: ['LOUD'] } }],
  [{ logRateLimit: 10 }],
])('%j stops at start', (options) => {
  expect(() => testMonitor(options as never)).toThrow(/log(Sampling|RateLimit) = .*: expected/);
});
