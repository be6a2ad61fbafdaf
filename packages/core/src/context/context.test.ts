import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBaggage, parseBaggage } from './baggage.ts';
import {
  bindContext,
  type Context,
  contextFromHeaders,
  currentContext,
  enterContext,
  runWithContext,
  setUser,
} from './context.ts';
import { acceptCorrelationId, newCorrelationId } from './correlation-id.ts';
import { acceptTraceState, formatTraceParent, parseTraceParent } from './trace-context.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const PARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe('correlation IDs', () => {
  test('are version 7 UUIDs, never twice the same, sorted by their time', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 20_000; i++) ids.add(newCorrelationId());
    expect(ids.size).toBe(20_000);
    expect([...ids].every((id) => UUID_7.test(id))).toBe(true);
    const times = [...ids].map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.abs(times.at(-1)! - Date.now())).toBeLessThan(1000);
  });

  test.each([
    ['a UUID', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    ['a trace', `Root=1-67891233-abcdef012345678912345678`],
    ['the longest', 'x'.repeat(128)],
  ])('from outside are taken as they are: %s', (_, id) => {
    expect(contextFromHeaders({ 'x-correlation-id': id }, undefined).correlationId).toBe(id);
    expect(contextFromHeaders({ 'x-request-id': id }, undefined).correlationId).toBe(id);
  });

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['huge', 'x'.repeat(1_000_000)],
    ['forged into a new line', 'abc\r\nset-cookie: admin=1'],
    ['ending in a line feed', 'abc\n'],
    ['forged JSON', '","level":"CRITICAL'],
    ['binary', '\u0000\u0001\u00ff'],
    ['with a space', 'a b'],
    ['letters of another script', 'идентификатор'],
    ['sent twice', ['a', 'b'] as unknown as string],
  ])('from outside are replaced, not cleaned: %s', (_, id) => {
    const context = contextFromHeaders({ 'x-correlation-id': id, 'x-request-id': id }, undefined);
    expect(context.correlationId).toMatch(UUID_7);
  });

  test('of which one is bad give way to the other', () => {
    const headers = { 'x-correlation-id': 'bad one', 'x-request-id': 'good-one' };
    expect(contextFromHeaders(headers, undefined).correlationId).toBe('good-one');
  });

  test('are safe in a header and a log line whatever came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const id = acceptCorrelationId(raw);
        if (id !== undefined) expect(`"${id}"`).toBe(JSON.stringify(encodeURI(id)));
      }),
    );
  });
});

describe('traceparent', () => {
  test.each([
    ['version 00', PARENT, 1],
    ['not sampled', PARENT.replace(/01$/, '00'), 0],
    ['flags of level 2', PARENT.replace(/01$/, '03'), 3],
    ['space around it', ` ${PARENT}\t`, 1],
    ['a higher version', PARENT.replace(/^00/, '01'), 1],
    ['a higher version with more behind', `${PARENT.replace(/^00/, 'cc')}-more-of-it`, 1],
  ])('is read: %s', (_, header, traceFlags) => {
    expect(parseTraceParent(header)).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags });
  });

  test.each([
    ['version ff', PARENT.replace(/^00/, 'ff')],
    ['version 00 with more behind', `${PARENT}-more`],
    ['a higher version with more behind and no dash', `${PARENT.replace(/^00/, '01')}more`],
    ['a trace of zeros', PARENT.replace(TRACE_ID, '0'.repeat(32))],
    ['a span of zeros', PARENT.replace(SPAN_ID, '0'.repeat(16))],
    ['upper case', PARENT.toUpperCase()],
    ['too short', PARENT.slice(1)],
    ['no hex', PARENT.replace('4bf9', 'xyzw')],
    ['huge', `${PARENT.replace(/^00/, '01')}-${'x'.repeat(100_000)}`],
    ['sent twice', [PARENT, PARENT]],
    ['empty', ''],
  ])('is refused: %s', (_, header) => {
    expect(parseTraceParent(header)).toBeUndefined();
  });

  test('is written as it was read', () => {
    const hex = (length: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((id) => /[1-9a-f]/.test(id));
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, traceFlags) => {
        expect(parseTraceParent(formatTraceParent({ traceId, spanId, traceFlags }))).toEqual({
          traceId,
          spanId,
          traceFlags,
        });
      }),
    );
  });

  test('that is bad takes tracestate with it, and not the reverse', () => {
    const good = contextFromHeaders({ traceparent: PARENT, tracestate: 'a=1,b=2' }, undefined);
    expect([good.trace?.traceId, good.traceState]).toEqual([TRACE_ID, 'a=1,b=2']);
    const badParent = contextFromHeaders({ traceparent: `ff${PARENT.slice(2)}`, tracestate: 'a=1' }, undefined);
    expect([badParent.trace, badParent.traceState]).toEqual([undefined, undefined]);
    const badState = contextFromHeaders({ traceparent: PARENT, tracestate: 'A=1' }, undefined);
    expect([badState.trace?.traceId, badState.traceState]).toEqual([TRACE_ID, undefined]);
  });
});

describe('tracestate', () => {
  test.each([
    ['one member', 'vendor=value', 'vendor=value'],
    ['several headers', 'a=1,b=2', 'a=1,b=2'],
    ['space and empty members', ' a=1 ,, b=2,', 'a=1,b=2'],
    ['a tenant', '0tenant@system=1', '0tenant@system=1'],
    ['an equals sign in the value', 'a=b=c', undefined],
    ['a key twice', 'a=1,a=2', undefined],
    ['upper case', 'A=1', undefined],
    ['no value', 'a=', undefined],
    ['no key', '=1', undefined],
    ['no equals sign', 'a', undefined],
    ['a control character', 'a=\u0007', undefined],
    ['33 members', Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(), undefined],
    ['too long', `a=${'1'.repeat(300)}`, undefined],
    ['nothing', '', undefined],
  ])('%s', (_, header, accepted) => {
    expect(acceptTraceState(header)).toBe(accepted);
  });
});

describe('baggage', () => {
  test('is decoded, without properties, and bad members are dropped alone', () => {
    expect([...parseBaggage('user=J%C3%BCrgen;ttl=3, a = 1 ,bad key=x,%=y,broken=%E0%A4,=z,empty=')]).toEqual([
      ['user', 'Jürgen'],
      ['a', '1'],
      ['%', 'y'],
      ['empty', ''],
    ]);
  });

  test('has at most 64 members and 8,192 bytes, read or written', () => {
    const many = Array.from({ length: 100 }, (_, i) => `k${i}=v`).join();
    expect(parseBaggage(many).size).toBe(64);
    expect(parseBaggage(`a=${'x'.repeat(9000)}`).size).toBe(0);
    const map = new Map(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'x'.repeat(500)]));
    expect(formatBaggage(map).length).toBeLessThanOrEqual(8192);
    expect(parseBaggage(formatBaggage(map)).size).toBe(16);
  });

  test('comes back as it was, and forges no header', () => {
    const key = fc.stringMatching(/^[a-z!#$*._-]{1,10}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string({ unit: 'grapheme', maxLength: 20 }), { maxKeys: 10 }), (entries) => {
        const baggage = new Map(Object.entries(entries));
        const header = formatBaggage(baggage);
        expect(header).toMatch(/^[\x21-\x7e]*$/);
        expect(parseBaggage(header)).toEqual(baggage);
      }),
    );
    expect(
      formatBaggage(
        new Map([
          ['a\r\nb', 'x'],
          ['ok', 'lone \ud800'],
        ]),
      ),
    ).toBe('ok=lone%20%EF%BF%BD');
  });
});

describe('the current context', () => {
  test('is inherited field by field', () => {
    expect(currentContext()).toBeUndefined();
    const origin = { kind: 'queue', name: 'emails/send' } as const;
    const trace = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    const outer = { correlationId: 'outer', trace, traceState: 'a=1', origin, userId: 'u1', sessionId: 's1' };
    runWithContext(outer, () => {
      runWithContext({ userId: 'u2', baggage: new Map([['k', 'v']]) }, () => {
        const { correlationId, userId, sessionId } = currentContext()!;
        expect({ correlationId, userId, sessionId }).toEqual({ correlationId: 'outer', userId: 'u2', sessionId: 's1' });
        expect(currentContext()?.origin).toBe(origin);
        expect(currentContext()?.headers()).toEqual({
          'x-correlation-id': 'outer',
          traceparent: PARENT,
          tracestate: 'a=1',
          baggage: 'k=v',
        });
      });
      runWithContext({ correlationId: 'bad one', trace: undefined }, () => {
        expect(currentContext()?.correlationId).toMatch(UUID_7);
        expect([currentContext()?.trace, currentContext()?.traceState]).toEqual([undefined, undefined]);
      });
      expect(currentContext()?.userId).toBe('u1');
    });
    expect(currentContext()).toBeUndefined();
  });

  test('goes along through promises and timers, and returns what the function returns', async () => {
    const result = runWithContext({ correlationId: 'a' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return currentContext()?.correlationId;
    });
    expect(await result).toBe('a');
    const error = new Error('as it was');
    expect(() =>
      runWithContext({}, () => {
        throw error;
      }),
    ).toThrow(error);
  });

  test('is bound to a function that keeps everything else that it had', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    class Handler {
      id = 7;
      handle(a: number, _b?: number) {
        seen.push([currentContext()?.correlationId, this.id, a]);
        return a + 1;
      }
    }
    const { handle } = Handler.prototype;
    const bound = runWithContext({ correlationId: 'bound' }, () => bindContext(handle));
    runWithContext({ correlationId: 'other' }, () => {
      expect(bound.call(new Handler(), 1)).toBe(2);
      emitter.on('event', bound.bind(new Handler()) as never).emit('event', 5);
    });
    expect(seen).toEqual([
      ['bound', 7, 1],
      ['bound', 7, 5],
    ]);
    expect([bound.length, bound.name]).toEqual([2, 'handle']);
    const outside = bindContext(() => currentContext());
    expect(runWithContext({}, outside)).toBeUndefined();
  });

  test('takes a user while the work goes on', () => {
    setUser('nobody');
    let context: Context | undefined;
    runWithContext({}, () => {
      context = currentContext();
      setUser('u1');
      setUser('u2', 's2');
      setUser('u3');
    });
    expect([context?.userId, context?.sessionId]).toEqual(['u3', 's2']);
  });

  test('can be entered again elsewhere', () => {
    const context = contextFromHeaders({ baggage: ['a=1', 'b=2'], 'x-request-id': 'r' }, undefined);
    expect(enterContext(context, () => currentContext())).toBe(context);
    expect([...context.baggage]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(contextFromHeaders({}, undefined).headers()).toEqual({ 'x-correlation-id': expect.stringMatching(UUID_7) });
  });

  test('is made of any headers without throwing', () => {
    const header = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()), fc.constant(undefined));
    const name = fc.constantFrom('x-correlation-id', 'x-request-id', 'traceparent', 'tracestate', 'baggage');
    fc.assert(
      fc.property(fc.dictionary(name, header), (headers) => {
        const outgoing = contextFromHeaders(headers, undefined).headers();
        for (const value of Object.values(outgoing)) expect(value).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  test('is plain values as JSON, whatever its origin knows', () => {
    const origin = { kind: 'http', name: '/orders', request: {} } as const;
    Object.assign(origin.request, { around: origin });
    const written = runWithContext({ correlationId: 'abc', userId: 'ann', origin }, () =>
      JSON.stringify(currentContext()),
    );
    expect(JSON.parse(written)).toEqual({
      correlationId: 'abc',
      userId: 'ann',
      origin: { kind: 'http', name: '/orders' },
    });
  });
});

describe('the figures of a unit of work', () => {
  test('are summed over every context within it, and stay apart from those of the next', () => {
    runWithContext({ origin: { kind: 'custom', name: 'import' } }, () => {
      const outer = currentContext()!;
      expect(outer.figures).toBeUndefined();
      expect(outer.ai).toEqual({ calls: 0, tokens: 0, costUsd: 0 });
      runWithContext({ userId: 'u-1' }, () => {
        currentContext()!.addFigure('ai_calls', 1);
        runWithContext({ userId: 'u-2' }, () => currentContext()!.addFigure('ai_cost_usd', 0.25));
        expect(currentContext()!.root).toBe(outer);
      });
      outer.addFigure('ai_calls', 1);
      runWithContext({ origin: { kind: 'custom', name: 'another' } }, () => {
        expect(currentContext()!.figures).toBeUndefined();
      });
      expect(outer.figures).toEqual({ ai_calls: 2, ai_cost_usd: 0.25 });
      expect(outer.ai).toEqual({ calls: 2, tokens: 0, costUsd: 0.25 });
    });
  });

  test('and what an observer keeps for it is made once', () => {
    const key = Symbol('seen');
    runWithContext({}, () => {
      const seen = currentContext()!.stateOf(key, () => new Set<string>());
      runWithContext({}, () => expect(currentContext()!.stateOf(key, () => new Set<string>())).toBe(seen));
    });
  });
});
