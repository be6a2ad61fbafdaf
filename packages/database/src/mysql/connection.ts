import { AsyncResource } from 'node:async_hooks';
import { type EventEmitter, errorMonitor } from 'node:events';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { QueryObserver, RunningQuery } from '../observe-query.ts';
import { ConnectionWatch } from '../transactions.ts';

/** A mysql2 connection in its callback form, of a pool or on its own. */
export interface MysqlConnectionLike extends EventEmitter {
  query: AnyMethod;
  execute: AnyMethod;
  prepare: AnyMethod;
  readonly ping?: AnyMethod;
  readonly changeUser?: AnyMethod;
  readonly reset?: AnyMethod;
  readonly end?: AnyMethod;
}

/** What mysql2 makes of a statement and returns where no callback is given. */
interface Command extends EventEmitter {
  /** Takes each packet of the answer. */
  execute: AnyMethod;
  onResult?: unknown;
}

/** What `prepare` gives. */
interface PreparedStatement {
  readonly query?: unknown;
  execute: AnyMethod;
}

/** SERVER_STATUS_IN_TRANS of MySQL's protocol. */
const IN_TRANSACTION = 1;

/** Methods that are no statements, and call back from the socket. */
const CALLING_BACK = ['ping', 'changeUser', 'reset', 'end'] as const;

const OBSERVED = Symbol.for('telltale.v1.database.prepared');

/** Observes the statements of one connection. */
export function observeMysqlConnection(
  connection: MysqlConnectionLike,
  observer: QueryObserver,
): { readonly connection: ConnectionWatch; readonly end: () => void } {
  const watch = new ConnectionWatch(observer);
  const observing =
    (original: AnyMethod): AnyMethod =>
    (...args) =>
      run(original, observer.start(textOf(args[0]), watch), args);
  const method = (original: AnyMethod): AnyMethod =>
    function (this: unknown, ...args) {
      return observing(original.bind(this))(...args);
    };
  const undo = [
    replaceMethod(connection, 'query', method),
    replaceMethod(connection, 'execute', method),
    replaceMethod(
      connection,
      'prepare',
      (original) =>
        function (this: unknown, options, callback) {
          if (typeof callback !== 'function') return original.call(this, options, callback);
          const bound = AsyncResource.bind(callback);
          return original.call(this, options, function (this: unknown, error: unknown, statement: PreparedStatement) {
            if (statement) observePrepared(statement, textOf(options), observer, watch);
            return bound.apply(this, [error, statement]);
          });
        },
    ),
    ...CALLING_BACK.filter((name) => typeof connection[name] === 'function').map((name) =>
      replaceMethod(
        connection,
        name,
        (original) =>
          function (this: unknown, ...args) {
            const bound = args.map((arg) => (typeof arg === 'function' ? AsyncResource.bind(arg as AnyMethod) : arg));
            return original.apply(this, bound);
          },
      ),
    ),
  ];
  return {
    connection: watch,
    end: () => {
      for (const each of undo) each();
    },
  };
}

/** mysql2 keeps a prepared statement and gives the same one again. */
function observePrepared(
  statement: PreparedStatement & { [OBSERVED]?: true },
  text: unknown,
  observer: QueryObserver,
  watch: ConnectionWatch,
): void {
  observer.monitor.errors.guard(
    'database',
    () => {
      if (statement[OBSERVED]) return;
      Object.defineProperty(statement, OBSERVED, { value: true });
      replaceMethod(
        statement,
        'execute',
        (original) =>
          function (this: unknown, ...args) {
            return run(original.bind(this), observer.start(text, watch), args);
          },
      );
    },
    undefined,
  );
}

/** Calls the method with a callback of ours in place of the caller's, or watches the command that it returns. */
function run(call: AnyMethod, running: RunningQuery | undefined, args: unknown[]): unknown {
  if (running === undefined) return call(...args);
  try {
    const last = args.findLastIndex((arg) => typeof arg === 'function');
    if (last >= 0) {
      args[last] = observed(args[last] as AnyMethod, running);
      return call(...args);
    }
    // A pool hands over a command that it made itself.
    const given = args[0] as Command | undefined;
    if (typeof given === 'object' && typeof given?.onResult === 'function') {
      given.onResult = observed(given.onResult as AnyMethod, running);
      return call(...args);
    }
    const command = call(...args);
    if (typeof command?.once === 'function') watchCommand(command, running);
    return command;
  } catch (error) {
    running.fail(error);
    throw error;
  }
}

function observed(callback: AnyMethod, running: RunningQuery): AnyMethod {
  const context = new AsyncResource('TelltaleQuery', { requireManualDestroy: true });
  return function (this: unknown, ...args) {
    if (args[0]) running.fail(args[0]);
    else running.end({ rows: rowsOf(args[1], args[2]), inTransaction: inTransaction(args[1]) });
    return context.runInAsyncScope(callback, this, ...args);
  };
}

/** Without a callback the answer comes as events, which are to run in the context of the call. */
function watchCommand(command: Command, running: RunningQuery): void {
  const context = new AsyncResource('TelltaleQuery', { requireManualDestroy: true });
  let rows = 0;
  let last: unknown;
  const onResult = (row: unknown): void => {
    last = row;
    if (!isHeader(row)) rows++;
  };
  // Not by a listener of errors: with one, an error that nobody handles would be handled.
  command.once(errorMonitor, (error) => running.fail(error));
  command.on('result', onResult);
  command.once('end', () => {
    command.off('result', onResult);
    running.end({ rows, inTransaction: inTransaction(last) });
  });
  replaceMethod(
    command,
    'execute',
    (original) =>
      function (this: unknown, ...args) {
        return context.runInAsyncScope(original, this, ...args);
      },
  );
}

/** Rows, or one result for each of several statements, whose `fields` are then lists too; a header is no row. */
function rowsOf(result: unknown, fields: unknown): number {
  if (!Array.isArray(result)) return 0;
  const several = Array.isArray(fields) && fields.some((each) => each === undefined || Array.isArray(each));
  if (!several) return result.length;
  return result.reduce((rows, each) => rows + (Array.isArray(each) ? each.length : 0), 0);
}

/** What the server said of the transaction with its last answer, which it does where that is no rows. */
function inTransaction(result: unknown): boolean | undefined {
  const last: unknown = Array.isArray(result) ? result.at(-1) : result;
  return isHeader(last) && typeof last.serverStatus === 'number'
    ? (last.serverStatus & IN_TRANSACTION) !== 0
    : undefined;
}

function isHeader(value: unknown): value is { readonly serverStatus?: unknown } {
  return typeof value === 'object' && value !== null && value.constructor?.name === 'ResultSetHeader';
}

function textOf(sql: unknown): unknown {
  return typeof sql === 'object' && sql !== null ? (sql as { sql?: unknown }).sql : sql;
}
