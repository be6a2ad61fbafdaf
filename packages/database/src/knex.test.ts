import knexOf, { type Knex } from 'knex';
import { expect, it, onTestFinished, vi } from 'vitest';
import { databaseContract, type Run } from '../../../test/contracts/database.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { onMariadb } from '../test/mariadb.ts';
import { onPostgres } from '../test/postgres.ts';
import { monitorClient, monitorPool } from './monitor-database.ts';

function runner(knex: Knex, rowsOf: (result: never) => readonly unknown[]): Run {
  return async (sql, values = []) => rowsOf((await knex.raw(sql, values as Knex.RawBinding[])) as never);
}

function openKnex(client: string, rowsOf: (result: never) => readonly unknown[]) {
  return async (connection: string, options: object, times: number) => {
    const knex = knexOf({ client, connection, pool: { min: 0, max: 3 } });
    for (let i = 0; i < times; i++) monitorPool(knex, options);
    return {
      thing: knex.client,
      run: runner(knex, rowsOf),
      transaction: (work: (run: Run) => Promise<void>) => knex.transaction((trx) => work(runner(trx, rowsOf))),
      close: () => knex.destroy(),
    };
  };
}

databaseContract(
  onPostgres(
    'Knex on pg',
    openKnex('pg', ({ rows }: { rows: unknown[] }) => rows),
  ),
);
databaseContract(
  onMariadb(
    'Knex on mysql2',
    openKnex('mysql2', ([rows]: [unknown]) => [rows].flat()),
  ),
);

it('observes Knex on better-sqlite3, its pool and its query builder', async () => {
  const { monitor, scrape } = testMonitor();
  const knex = knexOf({ client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true });
  await knex.schema.createTable('items', (table) => table.increments());
  monitorClient(knex, { monitor, name: 'local' });
  await knex('items').insert({ id: 1 });
  expect(await knex('items').where({ id: 1 }).first()).toEqual({ id: 1 });
  expect(await scrape('database_queries_total')).toBe(
    [
      'database_queries_total{system="sqlite",operation="INSERT",table="items"} 1',
      'database_queries_total{system="sqlite",operation="SELECT",table="items"} 1',
    ].join('\n'),
  );
  expect(await scrape('database_connections')).toContain('database_connections{pool="local",state="idle"} 1');
  expect(await scrape('database_pool_wait_seconds_count')).toContain('{pool="local"} 2');
  expect(await scrape('database_connection_held_seconds_count')).toContain('{pool="local"} 2');
  await knex.destroy();
});

it('names a connection that is not returned with the place where it was taken, but none that a statement took', async () => {
  const { monitor, clock, log, scrape } = testMonitor({ environment: 'development' });
  const connection = { filename: ':memory:' };
  const knex = knexOf({ client: 'better-sqlite3', connection, useNullAsDefault: true, pool: { min: 0, max: 2 } });
  onTestFinished(() => knex.destroy());
  monitorPool(knex, { monitor, name: 'local', heldTooLongMs: 20, slowQueryMs: 3_600_000 });
  const taken = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  // It holds the connection of its statement until the response is processed.
  const slow = knex.raw('SELECT 1');
  (slow as unknown as { client: { processResponse: unknown } }).client.processResponse = async (response: unknown) => {
    taken.resolve();
    await released.promise;
    return response;
  };
  const running = slow.then(() => {});
  await taken.promise;
  async function takesAndForgets(): Promise<object> {
    return knex.client.acquireConnection();
  }
  const forgotten = await takesAndForgets();
  clock.advance(1_000);
  await vi.waitFor(() => expect(log()).not.toEqual([]));
  released.resolve();
  await running;
  await knex.client.releaseConnection(forgotten);
  expect(log()).toEqual([
    expect.objectContaining({
      message: 'A connection of the pool local was not returned',
      taken_at: expect.arrayContaining([expect.stringContaining('takesAndForgets')]),
    }),
  ]);
  expect(await scrape('database_connections_held_too_long_total')).toMatch(/ 1$/);
  expect(await scrape('database_connection_held_seconds_count')).toMatch(/ 2$/);
}, 20_000);
