import Better from 'better-sqlite3';
import { eq, type SQL, sql } from 'drizzle-orm';
import { drizzle as drizzleOverBetter } from 'drizzle-orm/better-sqlite3';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { databaseContract, type Run } from '../../../test/contracts/database.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { onPostgres, openPool } from '../test/postgres.ts';
import { monitorClient } from './monitor-database.ts';

function runner(db: { execute(query: SQL): Promise<{ rows: unknown[] }> }): Run {
  return async (text, values = []) => {
    const parts = text
      .split('?')
      .map((part, i) => (i < values.length ? sql`${sql.raw(part)}${values[i]}` : sql.raw(part)));
    try {
      return (await db.execute(sql.join(parts))).rows;
    } catch (error) {
      // Drizzle puts an error of its own around the driver's.
      throw (error as Error).cause ?? error;
    }
  };
}

databaseContract(
  onPostgres('Drizzle on pg', async (connectionString, options, times) => {
    const pool = openPool({ connectionString, max: 3 });
    const db = drizzle({ client: pool });
    for (let i = 0; i < times; i++) monitorClient(db, options);
    return {
      thing: pool,
      run: runner(db),
      transaction: (work) => db.transaction((within) => work(runner(within))),
      close: () => pool.end(),
    };
  }),
);

it('observes Drizzle on better-sqlite3, and its transactions', async () => {
  const { monitor, scrape } = testMonitor();
  const items = sqliteTable('items', { id: integer('id').primaryKey() });
  const client = new Better(':memory:');
  client.exec('CREATE TABLE items (id integer PRIMARY KEY)');
  const db = monitorClient(drizzleOverBetter({ client }), { monitor });
  db.transaction((within) =>
    within
      .insert(items)
      .values([{ id: 1 }, { id: 2 }])
      .run(),
  );
  expect(db.select().from(items).where(eq(items.id, 2)).all()).toEqual([{ id: 2 }]);
  expect(await scrape('database_queries_total')).toBe(
    [
      'database_queries_total{system="sqlite",operation="INSERT",table="items"} 1',
      'database_queries_total{system="sqlite",operation="SELECT",table="items"} 1',
    ].join('\n'),
  );
  expect(await scrape('database_transaction_duration_seconds_count')).toContain('outcome="commit"} 1');
});
