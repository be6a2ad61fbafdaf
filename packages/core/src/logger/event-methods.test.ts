import { expect, test, vi } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import { runWithContext } from '../context/context.ts';

test('a method for each event type says what the line is about, on the logger and its children', () => {
  const { monitor, log } = testMonitor();
  const { logger } = monitor;
  logger.audit('User %s deleted', 'ann', { user_id: 'u-1' });
  logger.business('Order placed', { order: 7 });
  logger.performance('Import done');
  logger.system('Started', { event_type: 'mine' });
  logger.child({ component: 'door' }).security('Wrong badge %s', { badge: 4 });
  logger.security(new Error('broken seal'));
  const shown = log().map(({ timestamp: _, service: __, environment: ___, error, ...rest }) => rest);
  expect(shown).toEqual([
    { level: 'INFO', message: 'User ann deleted', user_id: 'u-1', event_type: 'audit' },
    { level: 'INFO', message: 'Order placed', order: 7, event_type: 'business' },
    { level: 'INFO', message: 'Import done', event_type: 'performance' },
    { level: 'INFO', message: 'Started', event_type: 'system' },
    { level: 'WARNING', message: 'Wrong badge {"badge":4}', component: 'door', event_type: 'security' },
    { level: 'WARNING', message: 'broken seal', event_type: 'security' },
  ]);
});

test('an event method is silent below its level, and works detached and chained', () => {
  const { monitor, log } = testMonitor({ logLevel: 'WARNING' });
  const { audit, security } = monitor.logger;
  audit('not written');
  security('one').security('two');
  expect(log().map(({ message }) => message)).toEqual(['one', 'two']);
});

test('a child says the identifiers of the context it is used in, not of the one it was made in', () => {
  const { monitor, log } = testMonitor();
  const child = runWithContext({ correlationId: 'made' }, () => monitor.logger.child({ component: 'a' }));
  runWithContext({ correlationId: 'used' }, () => child.child({ step: 1 }).audit('hello'));
  child.info('outside');
  expect(log()).toMatchObject([{ correlation_id: 'used', component: 'a', step: 1 }, { component: 'a' }]);
  expect(log()[1]).not.toHaveProperty('correlation_id');
});

test('timed work gives what it gives, and its line says how long it took', async () => {
  const { monitor, log, clock } = testMonitor();
  const { logger } = monitor;
  const result = { a: 1 };
  const work = (): typeof result => {
    clock.advance(12.3456);
    return result;
  };
  expect(logger.withTiming('sync', work, { order: 7 })).toBe(result);
  const promise = logger.child({ component: 'a' }).withTiming('async', async () => work());
  expect(log()).toHaveLength(1);
  expect(await promise).toBe(result);
  expect(log()).toMatchObject([
    { level: 'INFO', message: 'sync', event_type: 'performance', duration_ms: 12.35, order: 7 },
    { level: 'INFO', message: 'async', event_type: 'performance', duration_ms: 12.35, component: 'a' },
  ]);
});

test('timed work that fails throws its very error, which the line has too', async () => {
  const { monitor, log, clock } = testMonitor();
  const error = new RangeError('broken');
  const fail = (): never => {
    clock.advance(5);
    throw error;
  };
  expect(() => monitor.logger.withTiming('sync', fail)).toThrow(error);
  await expect(monitor.logger.withTiming('async', async () => fail())).rejects.toBe(error);
  const line = { level: 'WARNING', event_type: 'performance', duration_ms: 5, error: { type: 'RangeError' } };
  expect(log()).toMatchObject([
    { ...line, message: 'sync' },
    { ...line, message: 'async' },
  ]);
});

test('work is done though the clock fails', () => {
  const { monitor, clock } = testMonitor();
  clock.monotonic = vi.fn(() => {
    throw new Error('stopped');
  });
  expect(monitor.logger.withTiming('hello', () => 5)).toBe(5);
});
