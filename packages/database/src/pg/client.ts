import { AsyncResource } from 'node:async_hooks';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { QueryObserver, RunningQuery } from '../observe-query.ts';
import { type ConnectionState, ConnectionWatch } from '../transactions.ts';
import { observeSubmittable, type Submittable } from './submittable.ts';

/** What pg answers to one statement. */
interface Result {
  readonly command?: string;
  readonly rows?: readonly unknown[];
}

type Callback = (this: unknown, error: unknown, result?: Result | readonly Result[]) => unknown;

/** What `query` may be given: a text, an object with the text in it, or what sends itself. */
type Query = string | { readonly text?: unknown; readonly name?: unknown; readonly callback?: unknown } | Submittable;

/** So many texts of named statements are remembered. */
const MAX_NAMED = 500;
const KEEPS_CONTEXT = { requireManualDestroy: true };

/** A pg client, of a pool or on its own. */
export interface PgClientLike {
  query: AnyMethod;
  /** What the server said of the transaction when it was last ready: `I` for none. */
  readonly _txStatus?: string | null;
  /** Whether it is ready, or what it runs now: neither between an error and when the server is ready again. */
  readonly readyForQuery?: boolean;
  readonly _activeQuery?: unknown;
  /** Absent in the native client. */
  readonly connection?: { once?(event: 'readyForQuery', listener: () => void): unknown };
}

/** Observes the queries of one client. */
export function observePgClient(
  client: PgClientLike,
  observer: QueryObserver,
): { readonly connection: ConnectionWatch; readonly end: () => void } {
  const connection = new ConnectionWatch(observer, stateOf(client));
  const named = new Map<unknown, unknown>();
  const end = replaceMethod(
    client,
    'query',
    (original) =>
      function (this: unknown, query: Query, values: unknown, callback: unknown) {
        // pg refuses it.
        if (query === undefined || query === null) return original.call(this, query, values, callback);
        if (typeof (query as Submittable).submit === 'function') {
          observeSubmittable(query as Submittable, observer, connection);
          return original.call(this, query, values, callback);
        }
        const running = observer.start(textOf(query, named), connection);
        if (running === undefined) return original.call(this, query, values, callback);
        try {
          return run(this, original, running, query, values, callback);
        } catch (error) {
          running.fail(error);
          throw error;
        }
      },
  );
  return { connection, end };
}

/** The server says after each statement whether a transaction is open; after an error, only when it is ready again. */
function stateOf(client: PgClientLike): ConnectionState {
  const inTransaction = (): boolean | undefined =>
    typeof client._txStatus === 'string' ? client._txStatus !== 'I' : undefined;
  const { connection } = client;
  if (typeof connection?.once !== 'function') return { inTransaction };
  let waiting: (() => void) | undefined;
  const onReady = (): void => {
    const settle = waiting;
    waiting = undefined;
    settle?.();
  };
  const whenKnown = (settle: () => void): void => {
    if (client.readyForQuery || client._activeQuery || inTransaction() === undefined) settle();
    else {
      // A connection that is lost is never ready: there is one listener at most.
      if (waiting === undefined) connection.once!('readyForQuery', onReady);
      waiting = settle;
    }
  };
  return { inTransaction, whenKnown };
}

function run(
  self: unknown,
  original: AnyMethod,
  running: RunningQuery,
  query: Query,
  values: unknown,
  callback: unknown,
): unknown {
  if (callback) return original.call(self, query, values, observed(callback, running));
  if (typeof values === 'function') return original.call(self, query, observed(values, running));
  const own = typeof query === 'object' ? (query as { callback?: unknown }).callback : undefined;
  if (typeof own === 'function') return original.call(self, query, values, observed(own, running));

  const result = original.call(self, query, values);
  if (typeof result?.then !== 'function') return result;
  return result.then(
    (value: Result | readonly Result[]) => {
      end(running, value);
      return value;
    },
    (error: unknown) => {
      running.fail(error);
      throw error;
    },
  );
}

/** The callback in its caller's context: pg calls it from the socket's. What is no function, pg refuses. */
function observed(callback: unknown, running: RunningQuery): unknown {
  if (typeof callback !== 'function') return callback;
  const context = new AsyncResource('TelltaleQuery', KEEPS_CONTEXT);
  return function (this: unknown, ...args: Parameters<Callback>): unknown {
    if (args[0]) running.fail(args[0]);
    else end(running, args[1]);
    return context.runInAsyncScope(callback as Callback, this, ...args);
  };
}

function end(running: RunningQuery, result: Result | readonly Result[] | undefined): void {
  const results = (Array.isArray(result) ? result : [result ?? {}]) as readonly Result[];
  let rows = 0;
  for (const each of results) rows += each.rows?.length ?? 0;
  // What the server calls a COMMIT that it made a ROLLBACK.
  running.end({ rows, undone: results.some(({ command }) => command === 'ROLLBACK') });
}

/** A named statement need be given with its text only once. */
function textOf(query: Query, named: Map<unknown, unknown>): unknown {
  if (typeof query === 'string') return query;
  const { text, name } = query as { text?: unknown; name?: unknown };
  if (!name) return text;
  if (text === undefined) return named.get(name);
  if (named.size < MAX_NAMED) named.set(name, text);
  return text;
}
