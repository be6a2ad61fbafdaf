import type { EventEmitter } from 'node:events';
import { type AnyMethod, replaceMethod } from '@telltale/core';
import { hasMethods, type Integration, observerFor, peek, type Setup } from './integration.ts';
import { observeMysqlConnection } from './mysql/connection.ts';
import type { QueryObserver } from './observe-query.ts';
import { observePgClient } from './pg/client.ts';
import { PoolWatch } from './pool-watch.ts';
import { observeSqlite } from './sqlite/database.ts';

/** The pool that Knex uses, tarn's. */
interface TarnPool extends EventEmitter {
  readonly max?: number;
  readonly used?: readonly { readonly resource: object }[];
  readonly free?: readonly { readonly resource: object }[];
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

/** What Knex makes its queries by. */
interface KnexClient {
  readonly driverName?: string;
  readonly pool?: TarnPool;
  readonly connectionSettings?: { readonly database?: string; readonly filename?: string };
  acquireRawConnection: AnyMethod;
  acquireConnection: AnyMethod;
  releaseConnection: AnyMethod;
  runner?: AnyMethod;
}

/** How the connections of a driver are observed. */
const DRIVERS: Readonly<
  Record<string, readonly [system: string, observe: (raw: never, by: QueryObserver) => unknown]>
> = {
  pg: ['postgres', observePgClient],
  mysql2: ['mysql', observeMysqlConnection],
  'better-sqlite3': ['sqlite', observeSqlite],
};

/**
 * Knex: each connection that it makes is observed as the driver's own, so that statements, transactions and errors
 * are the driver's; its pool by the events of the pool.
 */
export const knex: Integration = {
  takes: `a Knex (with ${Object.keys(DRIVERS).join(', ')})`,
  matches: (thing) => {
    const client = peek(thing, 'client');
    return (
      typeof client === 'object' &&
      client !== null &&
      hasMethods(client, 'acquireRawConnection', 'acquireConnection', 'releaseConnection') &&
      typeof peek(client, 'driverName') === 'string' &&
      (peek(client, 'driverName') as string) in DRIVERS
    );
  },
  core: (thing) => peek(thing, 'client') as object,
  observe: (thing, setup) => observeKnex(thing as KnexClient, setup),
};

function observeKnex(client: KnexClient, setup: Setup): () => void {
  const [system, observeDriver] = DRIVERS[client.driverName!]!;
  const observer = observerFor(setup, system);
  const seen = new WeakSet<object>();
  const observe = <T extends object>(raw: T): T => {
    observer.monitor.errors.guard(
      'database',
      () => {
        if (seen.has(raw)) return;
        seen.add(raw);
        observeDriver(raw as never, observer);
      },
      undefined,
    );
    return raw;
  };
  for (const { resource } of [...(client.pool?.used ?? []), ...(client.pool?.free ?? [])]) observe(resource);

  const undo = [
    replaceMethod(
      client,
      'acquireRawConnection',
      (original) =>
        function (this: unknown, ...args) {
          return original.apply(this, args).then(observe);
        },
    ),
  ];
  const { pool } = client;
  // A pool of the user's own, of another kind, is for `monitorPool`.
  if (typeof pool?.numUsed === 'function') undo.push(watchPool(client, pool, observer, setup));
  return () => {
    for (const each of undo) each();
  };
}

function watchPool(client: KnexClient, pool: TarnPool, observer: QueryObserver, setup: Setup): () => void {
  const { database } = client.connectionSettings ?? {};
  const watch = new PoolWatch(observer, setup.config, database || observer.system, () => {
    if (client.pool !== pool) return undefined;
    const [active, idle, waiting] = [pool.numUsed(), pool.numFree(), pool.numPendingAcquires()];
    return { active, idle, waiting, max: pool.max ?? 10 };
  });
  function acquireConnection(original: AnyMethod): AnyMethod {
    return function acquireConnection(this: unknown, ...args: unknown[]) {
      const askedAt = watch.now();
      const { byItself } = watch;
      const place = byItself ? undefined : watch.place(acquireConnection);
      return original.apply(this, args).then(
        (connection: object) => {
          watch.taken(connection, askedAt, byItself, place);
          return connection;
        },
        (error: unknown) => {
          watch.failed(error);
          throw error;
        },
      );
    };
  }
  const undo = [
    replaceMethod(client, 'acquireConnection', acquireConnection),
    replaceMethod(
      client,
      'releaseConnection',
      (original) =>
        function (this: unknown, connection: object) {
          watch.returned(connection);
          return original.call(this, connection);
        },
    ),
  ];
  if (typeof client.runner === 'function') undo.push(replaceMethod(client, 'runner', marking(watch)));
  return () => {
    for (const each of undo) each();
    watch.close();
  };
}

/** What runs a statement takes a connection for it by `ensureConnection`, and gives it back. */
function marking(watch: PoolWatch): (original: AnyMethod) => AnyMethod {
  return (original) =>
    function (this: unknown, ...args) {
      const runner = original.apply(this, args) as { ensureConnection?: AnyMethod };
      if (typeof runner.ensureConnection === 'function')
        runner.ensureConnection = watch.marking(runner.ensureConnection);
      return runner;
    };
}
