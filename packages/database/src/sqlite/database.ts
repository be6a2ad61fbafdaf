import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { QueryObserver } from '../observe-query.ts';
import { ConnectionWatch } from '../transactions.ts';
import { observeTransactions } from './transactions.ts';

/** A database of `node:sqlite` or better-sqlite3. */
export interface SqliteDatabaseLike {
  prepare: AnyMethod;
  exec: AnyMethod;
  close: AnyMethod;
  /** better-sqlite3 only. */
  transaction?: AnyMethod;
  /** better-sqlite3 only. */
  pragma?: AnyMethod;
  /** better-sqlite3 only. */
  readonly inTransaction?: boolean;
  /** `node:sqlite` only, as is the next; it throws when the database is closed. */
  readonly isTransaction?: boolean;
  readonly isOpen?: boolean;
  /** `node:sqlite` only. */
  createTagStore?: AnyMethod;
}

/** What runs a prepared statement. */
const RUNNERS = ['run', 'get', 'all'] as const;

/** Observes the statements of a database. All of it is synchronous, so there is no context to keep. */
export function observeSqlite(database: SqliteDatabaseLike, observer: QueryObserver): () => void {
  const connection = new ConnectionWatch(observer, {
    inTransaction: () => database.inTransaction ?? (database.isOpen ? database.isTransaction : undefined),
  });
  const undo: (() => void)[] = [];

  const watch = (name: string, text: (args: readonly unknown[]) => unknown): void => {
    if (typeof (database as unknown as Record<string, unknown>)[name] !== 'function') return;
    undo.push(
      standIn(database, name, (original, self, args) => call(original, self, args, observer, text(args), connection)),
    );
  };
  /** Observes the statements that what a method returns is made to run. */
  const watchMade = (
    name: string,
    textOf: (args: readonly unknown[]) => (args: readonly unknown[]) => unknown,
  ): void => {
    if (typeof (database as unknown as Record<string, unknown>)[name] !== 'function') return;
    undo.push(
      standIn(database, name, (original, self, args) => {
        const made = original.apply(self, args) as object;
        const observe = (): void => observeStatement(made, textOf(args), observer, connection);
        observer.monitor.errors.guard('database', observe, undefined);
        return made;
      }),
    );
  };
  watch('exec', ([sql]) => sql);
  watch('pragma', ([source]) => `PRAGMA ${source}`);
  watchMade(
    'prepare',
    ([sql]) =>
      () =>
        sql,
  );
  watchMade(
    'createTagStore',
    () =>
      ([strings]) =>
        (strings as readonly string[]).join('?'),
  );
  if (typeof database.transaction === 'function')
    undo.push(observeTransactions(database as never, connection, observer));
  return () => {
    for (const each of undo) each();
  };
}

function observeStatement(
  statement: object,
  text: (args: readonly unknown[]) => unknown,
  observer: QueryObserver,
  connection: ConnectionWatch,
): void {
  for (const name of RUNNERS) {
    standIn(statement, name, (original, self, args) => call(original, self, args, observer, text(args), connection));
  }
  standIn(statement, 'iterate', (original, self, args) =>
    iterate(original, self, args, observer, text(args), connection),
  );
}

/** Stands in for a method by what is given it, the object that it was called on, and the arguments. */
function standIn(
  target: object,
  name: string,
  run: (original: AnyMethod, self: unknown, args: unknown[]) => unknown,
): () => void {
  return replaceMethod(
    target,
    name,
    (original) =>
      function (this: unknown, ...args) {
        return run(original, this, args);
      },
  );
}

function call(
  original: AnyMethod,
  self: unknown,
  args: readonly unknown[],
  observer: QueryObserver,
  text: unknown,
  connection: ConnectionWatch,
): unknown {
  const running = observer.start(text, connection);
  if (running === undefined) return original.apply(self, args as unknown[]);
  let result: unknown;
  try {
    result = original.apply(self, args as unknown[]);
  } catch (error) {
    running.fail(error);
    throw error;
  }
  running.end({
    rows: original.name === 'get' ? (result === undefined ? 0 : 1) : Array.isArray(result) ? result.length : 0,
  });
  return result;
}

/** The statement runs as long as it is stepped through: to its end, a `break`, or an error. */
function iterate(
  original: AnyMethod,
  self: unknown,
  args: readonly unknown[],
  observer: QueryObserver,
  text: unknown,
  connection: ConnectionWatch,
): unknown {
  const running = observer.start(text, connection);
  try {
    const rows = original.apply(self, args as unknown[]);
    if (running === undefined) return rows;
    let count = 0;
    const stepping =
      (step: AnyMethod): AnyMethod =>
      (...stepArgs) => {
        try {
          const result = step.apply(rows, stepArgs);
          if (result?.done) running.end({ rows: count });
          else count++;
          return result;
        } catch (error) {
          running.fail(error);
          throw error;
        }
      };
    replaceMethod(rows, 'next', stepping);
    if (typeof rows.return === 'function') {
      replaceMethod(rows, 'return', (original) => (...returnArgs) => {
        running.end({ rows: count });
        return original.apply(rows, returnArgs);
      });
    }
    return rows;
  } catch (error) {
    running?.fail(error);
    throw error;
  }
}
