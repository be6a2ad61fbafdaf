import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import { currentContext, runWithContext } from '../context/context.ts';
import { exemplarOf } from './exemplar.ts';
import { inContext } from './in-context.ts';
import { inTime } from './in-time.ts';
import { shownMs, writesDebug } from './log-detail.ts';
import { monitorPart } from './monitor-part.ts';

describe('a part of a monitor', () => {
  it('is made once for each monitor, by whichever copy asks first', () => {
    let made = 0;
    const [one, copy] = [0, 1].map(() => monitorPart('test', () => ({ number: ++made })));
    const [{ monitor }, other] = [testMonitor(), testMonitor()];
    expect([one!(monitor), copy!(monitor), one!(other.monitor)]).toEqual([{ number: 1 }, { number: 1 }, { number: 2 }]);
    expect(one!(monitor)).toBe(copy!(monitor));
  });

  it('is tried again where it could not be made', () => {
    let tries = 0;
    const part = monitorPart('test.failing', () => {
      if (++tries === 1) throw new Error('not yet');
      return 'made';
    });
    const { monitor } = testMonitor();
    expect(() => part(monitor)).toThrow('not yet');
    expect(part(monitor)).toBe('made');
  });
});

describe('the context of whoever asked', () => {
  it('is entered where there is one', () => {
    const asked = runWithContext({ correlationId: 'asked' }, () => currentContext());
    runWithContext({ correlationId: 'now' }, () => {
      expect(inContext(asked, () => currentContext()?.correlationId)).toBe('asked');
      expect(inContext(undefined, () => currentContext()?.correlationId)).toBe('now');
    });
  });

  it('is shown by an exemplar: the trace, or the correlation ID', () => {
    const { monitor } = testMonitor();
    const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true } as never;
    const exemplar = (fields: Parameters<typeof runWithContext>[0]) =>
      runWithContext(fields, () => exemplarOf(monitor, currentContext()));
    expect(exemplar({ correlationId: 'abc' })).toEqual({ correlation_id: 'abc' });
    expect(exemplar({ correlationId: 'abc', trace })).toEqual({ trace_id: '0af7651916cd43dd8448eb211c80319c' });
    expect(exemplarOf(monitor, undefined)).toBeUndefined();
    const { monitor: without } = testMonitor({ exemplars: false });
    expect(runWithContext({ correlationId: 'abc' }, () => exemplarOf(without, currentContext()))).toBeUndefined();
  });
});

describe('waiting in time', () => {
  it('gives what comes in time, a rejection too', async () => {
    expect(await inTime('at once', 1, () => 'late')).toBe('at once');
    expect(await inTime(Promise.resolve(1), 60_000, () => 'late')).toBe(1);
    await expect(inTime(Promise.reject(new Error('no')), 60_000, () => 'late')).rejects.toThrow('no');
  });

  it('gives or throws what is said of what is late, and hears nothing of it later', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    expect(await inTime(promise, 1, () => 'late')).toBe('late');
    await expect(
      inTime(promise, 1, () => {
        throw new Error('too late');
      }),
    ).rejects.toThrow('too late');
    // A rejection that nobody handled would fail the run.
    reject(new Error('much later'));
    await nextTurn();
  });
});

it('writes debug lines by the level of now', () => {
  const { monitor } = testMonitor();
  expect(writesDebug(monitor.logger)).toBe(false);
  monitor.setLogLevel('DEBUG');
  expect(writesDebug(monitor.logger)).toBe(true);
});

it('shows milliseconds with two decimals', () => {
  expect([1.23456, 0, 1000.005].map(shownMs)).toEqual([1.23, 0, 1000.01]);
});
