import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import { observerFor, type Setup } from '../integration.ts';
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
  readonly _closed?: boolean;
  getConnection: AnyMethod;
  releaseConnection: AnyMethod;
  query: AnyMethod;
  execute: AnyMethod;
}

interface PoolConnection extends MysqlConnectionLike {
  /** Gone when the connection was taken out of its pool. */
  readonly _pool?: unknown;
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
    if (pool._closed) return undefined;
    const all = pool._allConnections?.length ?? 0;
    const idle = pool._freeConnections?.length ?? 0;
    const waiting = pool._connectionQueue?.length ?? 0;
    return { active: all - idle, idle, waiting, max: pool.config.connectionLimit ?? 10 };
  });
  const connections = new Map<PoolConnection, ObservedConnection>();

  const observe = (connection: PoolConnection): void => {
    if (connections.has(connection)) return;
    connections.set(connection, observeMysqlConnection(connection, observer));
  };
  /** Every connection that comes back is handed to the pool's `releaseConnection`, those that are lost too. */
  const onReturn = (connection: PoolConnection): void =>
    observer.monitor.errors.guard(
      'database',
      () => {
        watch.returned(connection);
        if (connection._pool) return;
        connections.get(connection)?.connection.lost();
        connections.delete(connection);
      },
      undefined,
    );

  function getConnection(original: AnyMethod): AnyMethod {
    return function getConnection(this: unknown, callback: AnyMethod) {
      if (typeof callback !== 'function') return original.call(this, callback);
      const askedAt = watch.now();
      const { byItself } = watch;
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

  const undo = [
    replaceMethod(pool, 'getConnection', getConnection),
    replaceMethod(
      pool,
      'releaseConnection',
      (original) =>
        function (this: unknown, connection: PoolConnection) {
          onReturn(connection);
          return original.call(this, connection);
        },
    ),
    // These take a connection by `getConnection`.
    replaceMethod(pool, 'query', (original) => watch.marking(original)),
    replaceMethod(pool, 'execute', (original) => watch.marking(original)),
  ];
  return () => {
    for (const each of undo) each();
    for (const { end } of connections.values()) end();
    watch.close();
  };
}
