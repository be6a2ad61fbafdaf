import fc from 'fast-check';
import { MESSAGE } from 'triple-beam';
import { describe, expect, test } from 'vitest';
import winston from 'winston';
import Transport from 'winston-transport';
import { Collector } from '../../test/collector.ts';
import { testMonitor } from '../../test/test-monitor.ts';
import { runWithContext, setUser } from '../context/context.ts';

const HEAD = { timestamp: '2026-11-22T10:00:00.000Z', service: 'orders', environment: 'test' };

/** What the line says beside its head. */
function said(...args: unknown[]): Record<string, unknown> {
  const { monitor, log, errors } = testMonitor();
  (monitor.logger.info as (...args: unknown[]) => unknown)(...args);
  expect(errors).toEqual([]);
  const [line] = log();
  const { timestamp, service, environment, level, ...rest } = line!;
  expect({ timestamp, service, environment, level }).toEqual({ ...HEAD, level: 'INFO' });
  return rest;
}

test('a line has its fields in the same order every time', () => {
  const { monitor, rawLog } = testMonitor();
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  runWithContext({ correlationId: 'c-1', trace, userId: 'u', sessionId: 's' }, () =>
    monitor.logger.info('Order placed', { event_type: 'business', order: 7, undefined: undefined, nothing: null }),
  );
  expect(rawLog()).toMatchInlineSnapshot(`
    [
      "{"timestamp":"2026-11-22T10:00:00.000Z","level":"INFO","service":"orders","environment":"test","message":"Order placed","correlation_id":"c-1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","user_id":"u","session_id":"s","event_type":"business","order":7,"nothing":null}",
    ]
  `);
});

describe('arguments', () => {
  const error = new TypeError('broken');
  test.each([
    ['a message', ['hello'], { message: 'hello' }],
    ['a message and fields', ['hello', { a: 1 }], { message: 'hello', a: 1 }],
    ['fields more than once', ['hello', { a: 1, b: 1 }, { b: 2 }], { message: 'hello', a: 1, b: 2 }],
    ['a percent sign and fields', ['100% sure', { a: 1 }], { message: '100% sure', a: 1 }],
    ['an object with a message', [{ message: 'hello', a: 1 }], { message: 'hello', a: 1 }],
    ['an object without a message', [{ a: 1 }], { message: '', a: 1 }],
    ['a format string', ['%s has %d of %j', 'x', 2, { a: 1 }], { message: 'x has 2 of {"a":1}' }],
    ['a format string and fields', ['%s is here', 'x', { a: 1 }], { message: 'x is here', a: 1 }],
    ['more values than placeholders', ['%s', 'x', 'y', 3], { message: 'x y 3' }],
    ['values that are no fields', ['list', [1, { password: 'p' }]], { message: 'list [1,{"password":"[REDACTED]"}]' }],
    ['a secret in a format string', ['user %o', { password: 'p' }], { message: 'user {"password":"[REDACTED]"}' }],
    ['an array', [[1, 2]], { message: '[1,2]' }],
    ['a number', [42], { message: '42' }],
    ['null', [null], { message: 'null' }],
    ['nothing', [], { message: '' }],
    ['a symbol', [Symbol('s'), Symbol('t')], { message: 'Symbol(s) Symbol(t)' }],
    ['a map', ['map', new Map([['k', 'v']])], { message: 'map {"k":"v"}' }],
    ['a message that is an object', [{ message: { a: 1 } }], { message: '{"a":1}' }],
  ])('%s', (_, args, expected) => {
    expect(said(...args)).toEqual(expected);
  });

  test.each([
    ['an error alone', [error], 'broken', {}],
    ['a message and an error', ['failed', error], 'failed', {}],
    ['a message, an error and fields', ['failed', error, { a: 1 }], 'failed', { a: 1 }],
    ['an error and fields', [error, { a: 1 }], 'broken', { a: 1 }],
    ['an error among the fields', ['failed', { error, a: 1 }], 'failed', { a: 1 }],
  ])('%s keeps type and stack', (_, args, message, fields) => {
    const { error: written, ...rest } = said(...args);
    expect(written).toEqual({ type: 'TypeError', message: 'broken', stack: error.stack });
    expect(rest).toEqual({ message, ...fields });
  });
});

test('a field with the name of a part of the head stands beside it', () => {
  const fields = { level: 'gold', message: 'm', service: 's', timestamp: 't', environment: 'e' };
  const expected = Object.fromEntries(Object.entries(fields).map(([key, value]) => [`field_${key}`, value]));
  expect(said('hello', fields)).toEqual({ message: 'hello', ...expected });
  const { monitor, log } = testMonitor();
  monitor.logger.child({ a: 1 }).info('hello', fields);
  expect(log()[0]).toEqual({ ...HEAD, level: 'INFO', message: 'hello', a: 1, ...expected });
});

test("the context's identifiers give way to fields of the same name, and none stands twice", () => {
  const { monitor, log, rawLog } = testMonitor();
  const trace = { traceId: 't'.repeat(32), spanId: 's'.repeat(16), traceFlags: 0 };
  runWithContext({ correlationId: 'c', trace }, () => {
    setUser('u');
    monitor.logger.info('hello', { span_id: 'mine', user_id: 'other' });
  });
  expect(log()[0]).toMatchObject({ correlation_id: 'c', trace_id: trace.traceId, span_id: 'mine', user_id: 'other' });
  expect(rawLog()[0]!.match(/span_id|user_id/g)).toHaveLength(2);
});

describe('levels', () => {
  test("ours and winston's names write ours", () => {
    const { monitor, log } = testMonitor({ logLevel: 'DEBUG' });
    const names = 'critical emerg alert crit fatal error warning warn notice info http verbose debug silly'.split(' ');
    for (const name of names) monitor.logger[name as 'info'](name);
    expect(log().map(({ level, message }) => `${message}: ${level}`)).toMatchInlineSnapshot(`
      [
        "critical: CRITICAL",
        "emerg: CRITICAL",
        "alert: CRITICAL",
        "crit: CRITICAL",
        "fatal: CRITICAL",
        "error: ERROR",
        "warning: WARNING",
        "warn: WARNING",
        "notice: INFO",
        "info: INFO",
        "http: DEBUG",
        "verbose: DEBUG",
        "debug: DEBUG",
        "silly: DEBUG",
      ]
    `);
  });

  test('change while the service runs, in any case', () => {
    const { monitor, log } = testMonitor();
    const { logger } = monitor;
    logger.debug('1');
    logger.level = 'debug';
    logger.debug('2');
    logger.level = 'ERROR';
    logger.warn('3');
    logger.error('4');
    logger.level = 'warn';
    logger.info('5');
    logger.warning('6');
    logger.silent = true;
    logger.error('7');
    logger.silent = false;
    logger.error('8');
    expect(log().map(({ message }) => message)).toEqual(['2', '4', '6', '8']);
  });

  test('are counted by line written', async () => {
    const { monitor, scrape } = testMonitor();
    monitor.logger.debug('not written');
    monitor.logger.info('written');
    monitor.logger.child({}).warn('written');
    expect(await scrape('log_messages_total')).toMatchInlineSnapshot(`
      "log_messages_total{level="CRITICAL"} 0
      log_messages_total{level="ERROR"} 0
      log_messages_total{level="WARNING"} 1
      log_messages_total{level="INFO"} 1
      log_messages_total{level="DEBUG"} 0"
    `);
  });
});

test('log takes a level by name, or all in one object', () => {
  const { monitor, log, errors } = testMonitor({ logLevel: 'DEBUG' });
  const log_ = monitor.logger.log as (...args: unknown[]) => unknown;
  log_.call(monitor.logger, 'warn', 'one', { a: 1 });
  log_.call(monitor.logger, { level: 'error', message: 'two', a: 2 });
  log_.call(monitor.logger, 'toString', 'three');
  log_.call(monitor.logger, { level: 'CRITICAL', message: 'four', error: new Error('kept') });
  log_.call(monitor.logger, null);
  const { log: detached, info } = monitor.logger;
  (detached as typeof log_)('info', 'five');
  info('six');
  expect(log().filter(({ event_type }) => event_type !== 'system')).toMatchObject([
    { level: 'WARNING', message: 'one', a: 1 },
    { level: 'ERROR', message: 'two', a: 2 },
    { level: 'INFO', message: 'three' },
    { level: 'CRITICAL', message: 'four', error: { type: 'Error', message: 'kept' } },
    { level: 'INFO', message: 'five' },
    { level: 'INFO', message: 'six' },
  ]);
  expect(errors).toHaveLength(1);
});

test('children and default fields go along, and own fields win', () => {
  const { monitor, log } = testMonitor();
  const child = monitor.logger.child({ component: 'a', shared: 'child' });
  child.info('one', { shared: 'call' });
  child.child({ deeper: true }).error('two', new Error('kept'));
  monitor.logger.defaultMeta = { region: 'eu' };
  monitor.logger.info('three');
  expect(log()).toMatchObject([
    { message: 'one', component: 'a', shared: 'call' },
    { message: 'two', component: 'a', deeper: true, shared: 'child', error: { message: 'kept' } },
    { message: 'three', region: 'eu' },
  ]);
});

describe('an added transport', () => {
  test('gets the same masked line, once, and our own log stays as it is', () => {
    const { monitor, rawLog } = testMonitor();
    const collector = new Collector();
    monitor.logger.info('before');
    monitor.logger.add(collector);
    runWithContext({ correlationId: 'c' }, () => {
      monitor.logger.info('hello', { password: 'hunter2', a: 1 });
      monitor.logger.child({ child: true }).warn('child');
      monitor.logger.log({ level: 'error', message: 'log' });
    });
    const lines = rawLog();
    expect(lines).toHaveLength(4);
    expect(collector.seen.map((info) => info[MESSAGE])).toEqual(lines.slice(1));
    expect(lines[1]).toContain('"correlation_id":"c","password":"[REDACTED]","a":1');
    monitor.logger.remove(collector);
    monitor.logger.info('after');
    expect(collector.seen).toHaveLength(3);
    expect(rawLog()).toHaveLength(5);
  });

  test('has a level of its own', () => {
    const { monitor, log } = testMonitor();
    const collector = new Collector({ level: 'debug' });
    monitor.logger.add(collector);
    monitor.logger.debug('for the other only');
    monitor.logger.info('for both');
    expect(collector.seen).toHaveLength(2);
    expect(log()).toHaveLength(1);
  });

  test('that throws or fails takes nothing with it', async () => {
    const { monitor, log, errors } = testMonitor();
    class Failing extends Transport {
      override log(): void {
        throw new Error('thrown');
      }
    }
    const late = new Collector();
    monitor.logger.add(new Failing());
    monitor.logger.add(late);
    monitor.logger.info('one');
    late.emit('error', new Error('emitted'));
    monitor.logger.info('two');
    await new Promise((resolve) => setImmediate(resolve));
    monitor.logger.info('three');
    const messages = log().flatMap(({ message, event_type }) => (event_type === 'system' ? [] : [message]));
    expect(messages).toEqual(['one', 'two', 'three']);
    expect(errors).toContain('logger: thrown');
    expect(errors).toContain('logger: emitted');
  });

  test('in our place gets everything, and we nothing', () => {
    const { monitor, rawLog } = testMonitor();
    const collector = new Collector();
    monitor.logger.clear().add(collector);
    monitor.logger.info('hello');
    expect(rawLog()).toEqual([]);
    expect(collector.seen[0]).toMatchObject({ level: 'info', message: 'hello' });
  });

  test("and the user's own format are taken as winston takes them", () => {
    const { monitor, rawLog } = testMonitor();
    monitor.logger.format = winston.format.printf(({ level, message }) => `${level}: ${message}`);
    monitor.logger.info('hello');
    expect(rawLog()).toEqual(['info: hello']);
  });
});

describe('whatever is logged', () => {
  test('errors are whole: own fields, causes, several at once', () => {
    class PaymentError extends Error {
      code = 'card_declined';
      apiKey = 'sk_live';
    }
    const root = new RangeError('root');
    const error = new PaymentError('payment', {
      cause: new AggregateError([root, 'text'], 'several', { cause: root }),
    });
    const written = said('x', error).error;
    const noStack = JSON.parse(JSON.stringify(written, (key, value) => (key === 'stack' ? undefined : value)));
    expect(noStack).toMatchInlineSnapshot(`
      {
        "apiKey": "[REDACTED]",
        "cause": {
          "cause": {
            "message": "root",
            "type": "RangeError",
          },
          "errors": [
            {
              "message": "root",
              "type": "RangeError",
            },
            "text",
          ],
          "message": "several",
          "type": "AggregateError",
        },
        "code": "card_declined",
        "message": "payment",
        "type": "PaymentError",
      }
    `);
    expect((written as { cause: { cause: Error } }).cause.cause.stack).toBe(root.stack);
  });

  test('is not changed', () => {
    const { monitor } = testMonitor();
    const deep = Object.freeze({ token: 'x', list: Object.freeze([Object.freeze({ password: 'y' })]) });
    const error = Object.freeze(new Error('frozen'));
    const call = { message: 'm', level: 'gold', deep };
    monitor.logger.info('x', deep, error);
    monitor.logger.info(call);
    monitor.logger.child(deep).log(call as never);
    expect(call).toEqual({ message: 'm', level: 'gold', deep });
    expect(deep).toEqual({ token: 'x', list: [{ password: 'y' }] });
  });

  test.each([
    ['a throwing getter', () => Object.defineProperty({ fine: 1 }, 'bad', { enumerable: true, get: boom })],
    ['a throwing toJSON', () => ({ fine: 1, bad: { toJSON: boom } })],
    [
      'a proxy that throws',
      () => ({ fine: 1, bad: new Proxy({}, { ownKeys: boom, get: boom, getPrototypeOf: boom }) }),
    ],
    [
      'an error with throwing parts',
      () => ({ fine: 1, bad: Object.defineProperty(new Error('x'), 'stack', { get: boom }) }),
    ],
  ])('%s costs no more than its place', (_, make) => {
    expect(said('hello', make())).toEqual({ message: 'hello', fine: 1, bad: '[unreadable]' });
    const { monitor, log } = testMonitor();
    monitor.logger.child(make()).info('hello', { a: 1 });
    expect(log()).toMatchObject([{ message: 'hello', a: 1 }]);
  });

  test('a revoked proxy as the fields themselves costs the fields', () => {
    const { proxy, revoke } = Proxy.revocable({ a: 1 }, {});
    revoke();
    expect(said('hello', proxy)).toEqual({ message: 'hello "[unreadable]"' });
    const traps = new Proxy({}, { ownKeys: boom });
    expect(said('hello', { a: 1 }, traps)).toEqual({ message: 'hello', a: 1, fields: '[unreadable]' });
  });

  test('circles, depth, width and length have an end', () => {
    const circle: Record<string, unknown> = { name: 'c' };
    circle.self = circle;
    circle.list = [circle];
    let deep: unknown = 'bottom';
    for (let i = 0; i < 20; i++) deep = { deep };
    const line = said('x', { circle, deep, wide: Array.from({ length: 1000 }, () => 0), long: 'x'.repeat(100_000) });
    expect(line.circle).toEqual({ name: 'c', self: '[circular]', list: ['[circular]'] });
    expect(JSON.stringify(line.deep).match(/deep/g)!.length).toBeLessThan(10);
    expect(line.wide).toHaveLength(201);
    expect((line.long as string).length).toBeLessThan(17_000);
  });

  test('values that JSON does not know have a text', () => {
    expect(
      said('x', {
        big: 10n,
        symbol: Symbol('s'),
        fn: boom,
        nan: Number.NaN,
        infinite: Number.POSITIVE_INFINITY,
        date: new Date(0),
        invalid: new Date(Number.NaN),
        map: new Map<unknown, unknown>([
          ['k', 1],
          [{ a: 1 }, 2],
          ['password', 'p'],
        ]),
        set: new Set([1]),
        url: new URL('http://a/b'),
        regexp: /x/g,
        bytes: Buffer.from('abc'),
        sparse: [undefined, null, 1],
      }),
    ).toMatchInlineSnapshot(`
      {
        "big": "10",
        "bytes": "[Buffer of 3 bytes]",
        "date": "1970-01-01T00:00:00.000Z",
        "fn": "[Function boom]",
        "infinite": "Infinity",
        "invalid": "Invalid Date",
        "map": {
          "[object]": 2,
          "k": 1,
          "password": "[REDACTED]",
        },
        "message": "x",
        "nan": "NaN",
        "regexp": "/x/g",
        "set": [
          1,
        ],
        "sparse": [
          null,
          null,
          1,
        ],
        "symbol": "Symbol(s)",
        "url": "http://a/b",
      }
    `);
  });

  test.each([
    ['a new line', 'user\n{"level":"CRITICAL"}'],
    ['a carriage return', 'a\r\nb'],
    ['ANSI colours', '\u001b[2J\u001b[31mred'],
    ['C1 controls', '\u009b31m'],
    ['line separators', 'a\u2028b\u2029c'],
    ['a quote', '","level":"CRITICAL'],
    ['a lone surrogate', '\ud800'],
  ])('%s forges nothing, as message, key or value', (_, text) => {
    const { monitor, rawLog } = testMonitor();
    monitor.logger.info(text, { [text]: text, nested: [text] });
    const [line, ...more] = rawLog();
    expect(more).toEqual([]);
    expect(line).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u);
    expect(JSON.parse(line!)).toMatchObject({ level: 'INFO', message: text.toWellFormed() === text ? text : '\ud800' });
  });

  test('is one valid line of JSON, and no call throws', () => {
    const { monitor, rawLog, errors } = testMonitor({ logLevel: 'DEBUG' });
    const child = monitor.logger.child({ child: true });
    let calls = 0;
    const value = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.string({ unit: 'binary' }), (args, text) => {
        (monitor.logger.info as (...args: unknown[]) => unknown)(...args);
        (child.warn as (...args: unknown[]) => unknown)(text, ...args);
        calls += 2;
      }),
    );
    const lines = rawLog();
    expect(errors).toEqual([]);
    expect(lines).toHaveLength(calls);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject(HEAD);
  });
});

function boom(): never {
  throw new Error('boom');
}

test('the nested layout has identifiers under context and the rest under metadata', () => {
  const { monitor, rawLog, log } = testMonitor({ logLayout: 'nested' });
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  runWithContext({ correlationId: 'c-1', trace, userId: 'u' }, () => {
    monitor.logger.info('Order placed', {
      event_type: 'business',
      order: 7,
      token: 'x',
      user_id: 'mine',
      level: 'gold',
    });
    monitor.logger.child({ a: 1, session_id: 's' }).info('child', { a: 2, b: undefined }, new Error('kept'));
  });
  monitor.logger.info('bare');
  expect(rawLog()[0]).toMatchInlineSnapshot(
    `"{"timestamp":"2026-11-22T10:00:00.000Z","level":"INFO","service":"orders","environment":"test","message":"Order placed","event_type":"business","context":{"user_id":"mine","correlation_id":"c-1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"},"metadata":{"order":7,"token":"[REDACTED]","field_level":"gold"}}"`,
  );
  expect(log().slice(1)).toEqual([
    {
      ...HEAD,
      level: 'INFO',
      message: 'child',
      context: { session_id: 's', correlation_id: 'c-1', trace_id: trace.traceId, span_id: trace.spanId, user_id: 'u' },
      metadata: { a: 2, error: expect.objectContaining({ message: 'kept' }) },
    },
    { ...HEAD, level: 'INFO', message: 'bare' },
  ]);
});
