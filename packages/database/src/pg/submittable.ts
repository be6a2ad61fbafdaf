import { AsyncResource } from 'node:async_hooks';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { QueryObserver } from '../observe-query.ts';
import type { ConnectionWatch } from '../transactions.ts';

/** What sends itself and is told what comes back: `pg.Query`, pg-cursor's `Cursor`, pg-query-stream's `QueryStream`. */
export interface Submittable {
  readonly submit: AnyMethod;
  readonly text?: unknown;
  readonly cursor?: { readonly text?: unknown };
  /** Of a `pg.Query`: a row could not be parsed, and `handleError` is still to come. */
  readonly _canceledDueToError?: unknown;
}

/**
 * Observes what sends itself. The methods by which the client tells it what came back are its own until it is done, and
 * run in the context in which it was sent, and with them its events and callbacks.
 */
export function observeSubmittable(query: Submittable, observer: QueryObserver, connection: ConnectionWatch): void {
  const running = observer.start(query.text ?? query.cursor?.text, connection);
  if (running === undefined) return;
  const context = new AsyncResource('TelltaleQuery', { requireManualDestroy: true });
  const undo: (() => void)[] = [];
  let rows = 0;
  let undone = false;

  const watch = (name: string, note: (argument: unknown) => void): void => {
    if (typeof (query as unknown as Record<string, unknown>)[name] !== 'function') return;
    undo.push(
      replaceMethod(
        query,
        name,
        (original) =>
          function (this: unknown, ...args) {
            note(args[0]);
            return context.runInAsyncScope(original, this, ...args);
          },
      ),
    );
  };
  const done = (): void => {
    for (const each of undo.splice(0)) each();
  };

  observer.monitor.errors.guard(
    'database',
    () => {
      watch('handleDataRow', () => rows++);
      watch('handlePortalSuspended', () => {});
      watch('handleCommandComplete', (message) => {
        undone ||= (message as { text?: unknown } | undefined)?.text === 'ROLLBACK';
      });
      watch('handleReadyForQuery', () => {
        if (query._canceledDueToError) return;
        running.end({ rows, undone });
        done();
      });
      watch('handleError', (error) => {
        running.fail(query._canceledDueToError || error);
        done();
      });
      if (query.cursor === undefined) undo.push(...keepReaders(query));
    },
    undefined,
  );
}

/** The callbacks of a cursor's reads belong to whoever reads, not to whoever sent it. */
function keepReaders(cursor: object): (() => void)[] {
  return ['read', 'close']
    .filter((name) => typeof (cursor as Record<string, unknown>)[name] === 'function')
    .map((name) =>
      replaceMethod(
        cursor,
        name,
        (original) =>
          function (this: unknown, ...args) {
            const last = args.length - 1;
            if (typeof args[last] === 'function') args[last] = AsyncResource.bind(args[last]);
            return original.apply(this, args);
          },
      ),
    );
}
