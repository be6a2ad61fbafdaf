import { closeSync, constants, openSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import { runWithContext } from '../context/context.ts';
import type { Logger } from './logger.ts';
import { createView } from './pretty.ts';

/** What a person sees of what is logged. */
function shown(log: (logger: Logger) => void, env: NodeJS.ProcessEnv = {}, layout: 'flat' | 'nested' = 'flat'): string {
  const { monitor, rawLog } = testMonitor({ logLevel: 'DEBUG', logLayout: layout });
  const view = createView('pretty', 'a file', env)!;
  runWithContext({ correlationId: '0197f2aa-6c1e-7c3b-9d43-7a2f1c0e5b11' }, () => log(monitor.logger));
  return rawLog().map(view).join('');
}

const COLOURS = { FORCE_COLOR: '1' };

test('one line for each record, aligned: time, level, message, end of the correlation ID, fields', () => {
  const log = (logger: Logger): void => {
    logger.critical('on fire');
    logger.error('failed', { order: 7 });
    logger.warn('slow', { duration_ms: 12.5, path: '/a b', list: [1, { a: null }] });
    logger.info('said "hello"', { event_type: 'business' });
    logger.debug('');
  };
  const flat = shown(log);
  expect(flat).toMatchInlineSnapshot(`
    "10:00:00.000 CRITICAL orders on fire 1c0e5b11
    10:00:00.000 ERROR    orders failed 1c0e5b11 order=7
    10:00:00.000 WARNING  orders slow 1c0e5b11 duration_ms=12.5 path="/a b" list=[1,{"a":null}]
    10:00:00.000 INFO     orders said "hello" 1c0e5b11 event_type=business
    10:00:00.000 DEBUG    orders  1c0e5b11
    "
  `);
  expect(shown(log, {}, 'nested')).toBe(flat);
});

test('an error has its stack on lines of its own, and its causes further in', () => {
  class PaymentError extends Error {
    code = 'declined';
    apiKey = 'hunter2';
  }
  const withStack = <E extends Error>(
    error: E,
    stack = `${error.constructor.name}: ${error.message}\n    at pay (shop.ts:1:2)`,
  ) => Object.defineProperty(error, 'stack', { value: stack });
  const root = withStack(new RangeError('root'));
  const several = withStack(new AggregateError([root, 'a text'], 'several'));
  const error = withStack(new PaymentError('payment', { cause: several }));
  expect(
    shown((logger) => logger.error('failed', error, { order: 7, second: new Error('x', { cause: 'why' }) })).replace(
      /(?<=Error: x\n)( +at .*\n)+/,
      '',
    ),
  ).toMatchInlineSnapshot(`
    "10:00:00.000 ERROR    orders failed 1c0e5b11 order=7
      error: PaymentError: payment
          at pay (shop.ts:1:2)
        code=declined apiKey=[REDACTED]
        cause: AggregateError: several
            at pay (shop.ts:1:2)
          errors[0]: RangeError: root
              at pay (shop.ts:1:2)
          errors[1]="a text"
      second: Error: x
        cause=why
    "
  `);
});

test('colours are there where they are wanted, and take nothing away', () => {
  const log = (logger: Logger): void => {
    logger.warn('slow', { order: 7, error: new Error('x') });
    logger.critical('on fire');
  };
  const coloured = shown(log, COLOURS);
  expect(coloured.split('\n')[0]!.replaceAll('\u001b', 'ESC')).toMatchInlineSnapshot(
    `"ESC[2m10:00:00.000ESC[22m ESC[33mWARNING ESC[39m ESC[2mordersESC[22m slow ESC[36m1c0e5b11ESC[39m ESC[2morder=7ESC[22m"`,
  );
  expect(shown(log, { FORCE_COLOR: '0' })).not.toContain('\u001b');
  const withoutPlaces = (text: string): string => text.replace(/^ +at .*\n/gm, '');
  expect(withoutPlaces(stripVTControlCharacters(coloured))).toBe(withoutPlaces(shown(log)));
});

test.each([
  ['a new line', 'a\nb', 'a\\u000ab'],
  ['an escape sequence', '\u001b[2Jgone', '\\u001b[2Jgone'],
  ['a C1 control', '\u009b31m', '\\u009b31m'],
  ['a change of direction', 'a\u202eb', 'a\\u202eb'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
])('%s never reaches the terminal, wherever it stands', (_, text, visible) => {
  const error = Object.assign(new Error(text, { cause: text }), { [text]: text, name: text });
  error.stack = `Error: ${text}\n    at ${text}`;
  const seen = shown((logger) => logger.info(text, { [text]: text, deep: { [text]: [text] }, error }));
  expect(seen).toContain(`INFO     orders ${visible} `);
  expect(seen.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\u202e]/u);
  for (const line of seen.split('\n').slice(1, -1)) expect(line).toMatch(/^ {2}/);
});

test('whatever is logged can be shown', () => {
  for (const odd of [
    { type: 1, message: 2 },
    { type: 't', message: 'm', stack: 5 },
    { errors: 'x', type: 'a', message: 'b' },
  ]) {
    expect(shown((logger) => logger.info('odd', { odd, context: 'mine', metadata: 5 }))).toContain(
      'context=mine metadata=5',
    );
  }
});

test('without a format it is pretty on a terminal, unless that is the one of a CI run, and JSON elsewhere', () => {
  const terminal = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  onTestFinished(() => closeSync(terminal));
  const line = '{"timestamp":"2026-11-22T10:00:00.000Z","level":"INFO","service":"orders","message":"hello"}';
  const env = { TERM: 'xterm' };
  expect(createView(undefined, terminal, env)!(line)).toBe(
    '\u001b[2m10:00:00.000\u001b[22m \u001b[32mINFO    \u001b[39m \u001b[2morders\u001b[22m hello\n',
  );
  expect(createView(undefined, terminal, { ...env, NO_COLOR: '1' })!(line)).toBe(
    '10:00:00.000 INFO     orders hello\n',
  );
  expect(createView(undefined, terminal, { ...env, CI: 'true' })).toBeUndefined();
  expect(createView('json', terminal, env)).toBeUndefined();
  expect(createView('pretty', terminal, { ...env, CI: 'true' })).toBeDefined();
  expect(createView(undefined, 'a file', env)).toBeUndefined();
});

test("a service's log is pretty where it is asked for, and a format of the user's stays as it is", () => {
  const { monitor, rawLog } = testMonitor({ logFormat: 'pretty' });
  monitor.logger.info('hello', { a: 1 });
  expect(rawLog()).toEqual(['10:00:00.000 INFO     orders hello a=1']);
});
