import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { currentContext, newCorrelationId, runWithContext } from '@telltale/core';
import { v4, v7 } from 'uuid';
import { type Bench, expectEqual, timingRows } from './report.ts';
import { interleave, type Variant } from './rounds.ts';

/** One operation is one call. */
export const bench: Bench = {
  title: 'Context and correlation IDs',
  async run() {
    const storage = new AsyncLocalStorage<{ correlationId: string }>();
    const store = { correlationId: 'bench' };
    const inside = (): string => 'inside';
    const timings = await interleave(
      [
        repeat('runWithContext', () => runWithContext({ correlationId: 'bench' }, inside), 'inside'),
        repeat('AsyncLocalStorage.run', () => storage.run(store, inside), 'inside'),
        within(
          'currentContext',
          () => currentContext()?.correlationId,
          (fn) => runWithContext(store, fn),
        ),
        within(
          'AsyncLocalStorage.getStore',
          () => storage.getStore()?.correlationId,
          (fn) => storage.run(store, fn),
        ),
        repeat('newCorrelationId (UUID v7)', () => newCorrelationId().length, 36),
        repeat('uuid v7', () => v7().length, 36),
        repeat('uuid v4', () => v4().length, 36),
        repeat('crypto.randomUUID', () => randomUUID().length, 36),
      ],
      { rounds: 40 },
    );
    const bareRun = timings[1]!;
    return { rows: timingRows(timings, 'ns', bareRun), goals: [] };
  },
};

function repeat(name: string, call: () => unknown, result: unknown): Variant {
  return {
    name,
    run(count) {
      let right = 0;
      for (let i = 0; i < count; i++) if (call() === result) right++;
      expectEqual(`results of ${name}`, right, count);
    },
  };
}

/** The same inside a context, entered once. */
function within(name: string, call: () => unknown, enter: (fn: () => void) => void): Variant {
  const { run } = repeat(name, call, 'bench');
  return { name, run: (count) => enter(() => run(count)) };
}
