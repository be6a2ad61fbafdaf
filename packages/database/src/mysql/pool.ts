import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { observerFor, type Setup } from '../integration.ts';
import { type AnyMethod, replaceMethod } from '../own-method.ts';
import { PoolWatch } from '../pool-watch.ts';
import type { ConnectionWatch } from '../transactions.ts';
import { type MysqlConnectionLike, observeMysqlConnection } from './connection.ts';

/** A list of mysql2's own kind. */
interface Queue {
  readonly length: number;
}

/** A mysql2 pool in its callback form. */
export interface MysqlPoolLike extends EventEmitter {
  readonly config: { readonly connectionLimit?: number; readonly connectionConfig?: { readonly database?: string } };
  /** mysql2 offers no other way to its numbers. */
  readonly _allConnections?: Queue;
  readonly _freeConnections?: Queue;
  readonly _connectionQueue?: Queue;
  getConnection: AnyMethod;
  query: AnyMethod;
  execute: AnyMethod;
}

interface PoolConnection extends MysqlConnectionLike {
  release: AnyMethod;
  destroy: AnyMethod;
}

interface ObservedConnection {
  readonly connection: ConnectionWatch;
  readonly end: () => void;
}

/** Observes a pool: its size and waits, and the statements of each of its connections. */
export function observeMysqlPool(pool: MysqlPoolLike, setup: Setup): () => void {
  const observer = observerFor(setup, 'mysql');
  const { connectionConfig } = pool.config;
  const watch = new PoolWatch(observer, setup.config, connectionConfig?.database || 'mysql', () => {
    const all = pool._allConnections?.length ?? 0;
    const idle = pool._freeConnections?.length ?? 0;
    const waiting = pool._connectionQueue?.length ?? 0;
    return { active: all - idle, idle, waiting, max: pool.config.connectionLimit ?? 10 };
  });
  const connections = new Map<PoolConnection, ObservedConnection>();
  /** `query` and `execute` of the pool take a connection by `getConnection` and give it back themselves. */
  let inQuery = false;

  const observe = (connection: PoolConnection): void => {
    if (connections.has(connection)) return;
    const { connection: transaction, end } = observeMysqlConnection(connection, observer);
    const returning = (original: AnyMethod): AnyMethod =>
      function (this: unknown, ...args) {
        watch.returned(connection);
        return original.apply(this, args);
      };
    const undo = [replaceMethod(connection, 'release', returning), replaceMethod(connection, 'destroy', returning)];
    const lost = (): void => {
      watch.returned(connection);
      transaction.lost();
      connections.delete(connection);
    };
    connection.once('end', lost);
    connections.set(connection, {
      connection: transaction,
      end: () => {
        connection.off('end', lost);
        for (const each of undo) each();
        end();
      },
    });
  };

  function getConnection(original: AnyMethod): AnyMethod {
    return function getConnection(this: unknown, callback: AnyMethod) {
      if (typeof callback !== 'function') return original.call(this, callback);
      const askedAt = watch.now();
      const byItself = inQuery;
      const place = byItself ? undefined : watch.place(getConnection);
      // The pool calls back from whatever returned the connection.
      const context = new AsyncResource('TelltaleConnect', { requireManualDestroy: true });
      return original.call(this, function (this: unknown, error: unknown, connection: PoolConnection) {
        observer.monitor.errors.guard(
          'database',
          () => {
            if (connection) {
              observe(connection);
              watch.taken(connection, askedAt, byItself, place);
            } else context.runInAsyncScope(() => watch.failed(error));
          },
          undefined,
        );
        return context.runInAsyncScope(callback, this, error, connection);
      });
    };
  }

  const marking = (original: AnyMethod): AnyMethod =>
    function (this: unknown, ...args) {
      inQuery = true;
      try {
        return original.apply(this, args);
      } finally {
        inQuery = false;
      }
    };
  const undo = [
    replaceMethod(pool, 'getConnection', getConnection),
    replaceMethod(pool, 'query', marking),
    replaceMethod(pool, 'execute', marking),
  ];
  return () => {
    for (const each of undo) each();
    for (const { end } of connections.values()) end();
    watch.close();
  };
}
