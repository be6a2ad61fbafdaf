import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import { expect, test } from 'vitest';
import winston from 'winston';
import { Collector } from '../../test/collector.ts';
import { testMonitor } from '../../test/test-monitor.ts';
import { runWithContext } from '../context/context.ts';

const { format } = winston;
const SECRET = 'hunter2-secret';
const FIELDS = { password: SECRET, nested: { apiKey: SECRET }, note: `Bearer ${SECRET}`, at: new Date(0), order: 7 };

/** A service's logger with one more transport, which has this format. */
function withTransport(own?: winston.Logform.Format, level?: string) {
  const { monitor, ...rest } = testMonitor();
  const collector = new Collector({ ...(own && { format: own }), ...(level && { level }) });
  monitor.logger.add(collector);
  return { ...rest, monitor, logger: monitor.logger, seen: collector.seen };
}

test.each([
  ['without a format', undefined],
  ['with the format json', format.json()],
  ['with the format simple', format.simple()],
  ['with the format logstash', format.logstash()],
  ['with the format prettyPrint', format.prettyPrint()],
  ['with formats combined', format.combine(format.timestamp(), format.splat(), format.metadata(), format.json())],
  ['with a format that prints all it gets', format.printf((info) => JSON.stringify([info, info[SPLAT]]))],
])('a transport %s sees no secret in any part of what it gets', (_, own) => {
  const { logger, seen, errors } = withTransport(own);
  const error = Object.assign(new Error(`Bearer ${SECRET}`, { cause: new Error(`token=${SECRET}`) }), {
    token: SECRET,
  });
  logger.info('fields', FIELDS);
  logger.info(`message Bearer ${SECRET}`);
  logger.info('format %j', { password: SECRET }, FIELDS);
  logger.error(error);
  logger.error('failed', error, FIELDS);
  logger.child(FIELDS).warn('child', { token: SECRET });
  logger.log({ level: 'info', message: 'object', ...FIELDS });
  logger.log('info', 'splat', FIELDS, error);
  logger.write({ level: 'info', message: 'stream', [SPLAT]: [FIELDS], ...FIELDS });
  logger.audit('event', FIELDS);
  expect(seen).toHaveLength(10);
  for (const info of seen) {
    const parts = [info, info[MESSAGE], info[SPLAT], (info.error as Error)?.stack, (info.error as Error)?.cause];
    for (const part of parts) expect(String((part as Error)?.stack ?? JSON.stringify(part))).not.toContain(SECRET);
  }
  expect(errors).toEqual([]);
});

test("a format of the logger's own sees no secret either, and neither does our log", () => {
  const { monitor, rawLog } = testMonitor();
  const given: unknown[] = [];
  monitor.logger.format = format.combine(
    format((info) => {
      given.push({ ...info }, info[SPLAT]);
      return info;
    })(),
    format.json(),
  );
  monitor.logger.info('hello', FIELDS);
  expect(JSON.stringify([given, rawLog()])).not.toContain(SECRET);
  expect(JSON.parse(rawLog()[0]!)).toMatchObject({ level: 'info', message: 'hello', order: 7 });
});

test('a transport gets fields as they are, and the symbols that winston puts on an info', () => {
  const { logger, seen, rawLog } = withTransport();
  logger.warn('hello', FIELDS);
  expect(seen[0]).toMatchObject({ level: 'warn', message: 'hello', order: 7, at: new Date(0) });
  expect(seen[0]![LEVEL]).toBe('warn');
  expect(seen[0]![MESSAGE]).toBe(rawLog()[0]);
  expect(seen[0]![SPLAT]).toEqual([expect.objectContaining({ order: 7, password: '[REDACTED]' })]);
  logger.info('no fields');
  expect(seen[1]![SPLAT]).toBeUndefined();
});

test('an error is an error, is whole as JSON, and has its stack where winston puts it', () => {
  const { logger, seen } = withTransport(format.json());
  class PaymentError extends Error {
    code = 'declined';
  }
  const error = new PaymentError('payment', { cause: new RangeError('root') });
  logger.error('failed', error);
  expect(seen[0]!.error).toBeInstanceOf(PaymentError);
  expect(seen[0]!.error).not.toBe(error);
  expect(seen[0]!.stack).toBe(error.stack);
  expect(JSON.parse(seen[0]![MESSAGE] as string).error).toMatchObject({
    type: 'PaymentError',
    message: 'payment',
    code: 'declined',
    cause: { type: 'RangeError', message: 'root' },
  });
});

test("a transport and a format have the context's identifiers, masked, unless the call gives its own", () => {
  const { logger, seen } = withTransport(format.json());
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  runWithContext({ correlationId: 'c', trace, userId: 'ann@example.com' }, () =>
    logger.info('hello', { span_id: 'mine' }),
  );
  expect(JSON.parse(seen[0]![MESSAGE] as string)).toEqual({
    level: 'info',
    message: 'hello',
    correlation_id: 'c',
    trace_id: trace.traceId,
    span_id: 'mine',
    user_id: '[EMAIL a***@example.com]',
  });
});

test('what nobody takes is not even read', () => {
  const { logger, seen } = withTransport(undefined, 'error');
  let reads = 0;
  const fields = {
    get field() {
      return ++reads;
    },
  };
  logger.debug('hello', fields);
  expect(reads).toBe(0);
  logger.error('hello', fields);
  expect(seen).toHaveLength(1);
});

test('a transport that stands still costs its own records only, and memory has a bound', () => {
  const { monitor, log, errors } = testMonitor();
  class Stuck extends Collector {
    override log(): void {}
  }
  monitor.logger.add(new Stuck());
  for (let i = 0; i < 10_500; i++) monitor.logger.info('hello');
  expect(log().filter(({ message }) => message === 'hello')).toHaveLength(10_500);
  expect(monitor.logger.writableLength).toBe(10_000);
  expect(new Set(errors)).toEqual(new Set(['logger: A transport of the logger does not take its records']));
});

test('without any transport nothing is kept', () => {
  const { monitor, rawLog } = testMonitor();
  monitor.logger.clear();
  for (let i = 0; i < 100; i++) monitor.logger.info('hello');
  expect(monitor.logger.writableLength + monitor.logger.readableLength).toBe(0);
  expect(rawLog()).toEqual([]);
});
