import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { Setup } from '../integration.ts';
import { observerFor } from '../integration.ts';
import { PoolWatch } from '../pool-watch.ts';
import type { ConnectionWatch } from '../transactions.ts';
import { observePgClient, type PgClientLike } from './client.ts';

/** A pg pool. */
export interface PgPoolLike extends EventEmitter {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly ended?: boolean;
  readonly options?: {
    readonly max?: number;
    readonly database?: string;
    readonly connectionString?: string;
  };
  connect: AnyMethod;
  query: AnyMethod;
}

/** Observes a pool: its size and waits, and the queries of each of its clients. */
export function observePgPool(pool: PgPoolLike, setup: Setup): () => void {
  const observer = observerFor(setup, 'postgres');
  const watch = new PoolWatch(observer, setup.config, databaseOf(pool), () => {
    if (pool.ended) return undefined;
    const { totalCount, idleCount: idle, waitingCount: waiting, options } = pool;
    return { active: totalCount - idle, idle, waiting, max: options?.max ?? 10 };
  });
  const clients = new Map<object, { readonly connection: ConnectionWatch; readonly end: () => void }>();

  const observeClient = (client: PgClientLike): void => {
    if (!clients.has(client)) clients.set(client, observePgClient(client, observer));
  };
  const guard = (note: () => void): void => observer.monitor.errors.guard('database', note, undefined);
  const onTaken = (client: PgClientLike, askedAt: number, byItself: boolean, place: { stack?: string } | undefined) =>
    guard(() => {
      observeClient(client);
      watch.taken(client, askedAt, byItself, place);
    });
  const onConnect = (client: PgClientLike): void => guard(() => observeClient(client));
  const onRelease = (_error: unknown, client: object): void => guard(() => watch.returned(client));
  const onRemove = (client: object): void =>
    guard(() => {
      watch.returned(client);
      clients.get(client)?.connection.lost();
      clients.delete(client);
    });

  function connect(original: AnyMethod): AnyMethod {
    return function connect(this: unknown, callback: unknown) {
      const askedAt = watch.now();
      const { byItself } = watch;
      const place = byItself ? undefined : watch.place(connect);
      if (typeof callback !== 'function') {
        return original.call(this, callback).then(
          (client: PgClientLike) => {
            onTaken(client, askedAt, byItself, place);
            return client;
          },
          (error: unknown) => {
            watch.failed(error);
            throw error;
          },
        );
      }
      // The pool calls back from whatever returned the client.
      const context = new AsyncResource('TelltaleConnect', { requireManualDestroy: true });
      return original.call(this, function (this: unknown, error: unknown, client: PgClientLike, release: unknown) {
        if (client !== undefined) onTaken(client, askedAt, byItself, place);
        else context.runInAsyncScope(() => watch.failed(error));
        return context.runInAsyncScope(callback as AnyMethod, this, error, client, release);
      });
    };
  }

  // First of the listeners: another one may use the client.
  pool.prependListener('connect', onConnect);
  pool.on('release', onRelease);
  pool.on('remove', onRemove);
  const undo = [
    replaceMethod(pool, 'connect', connect),
    // It takes a client by `connect`.
    replaceMethod(pool, 'query', (original) => watch.marking(original)),
  ];
  return () => {
    pool.off('connect', onConnect).off('release', onRelease).off('remove', onRemove);
    for (const each of undo) each();
    for (const { end } of clients.values()) end();
    watch.close();
  };
}

function databaseOf({ options = {} }: PgPoolLike): string {
  if (typeof options.database === 'string') return options.database;
  const { connectionString } = options;
  const path = URL.canParse(connectionString ?? '') ? new URL(connectionString!).pathname.slice(1) : '';
  return path || 'postgres';
}
