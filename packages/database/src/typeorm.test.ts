import { DataSource, type EntityManager } from 'typeorm';
import { expect, it } from 'vitest';
import { databaseContract, type Run } from '../../../test/contracts/database.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { onMariadb } from '../test/mariadb.ts';
import { numbered, onPostgres } from '../test/postgres.ts';
import { monitorClient } from './monitor-database.ts';

function runner(manager: EntityManager | DataSource, placed: (sql: string) => string): Run {
  return async (sql, values) => {
    const result = await manager.query(placed(sql), values as unknown[]);
    return Array.isArray(result) ? result : [];
  };
}

function openTypeorm(type: 'postgres' | 'mysql', placed: (sql: string) => string, early: boolean) {
  return async (url: string, options: object, times: number) => {
    const source = new DataSource({ type, url, poolSize: 3 });
    if (!early) await source.initialize();
    for (let i = 0; i < times; i++) monitorClient(source, options);
    if (early) await source.initialize();
    return {
      thing: source,
      run: runner(source, placed),
      transaction: (work: (run: Run) => Promise<void>) =>
        source.transaction((manager) => work(runner(manager, placed))),
      close: () => source.destroy(),
    };
  };
}

databaseContract(onPostgres('TypeORM on pg', openTypeorm('postgres', numbered, false)));
databaseContract(
  onMariadb(
    'TypeORM on mysql2, monitored before it is initialised',
    openTypeorm('mysql', (sql) => sql, true),
  ),
);

it('observes TypeORM on better-sqlite3', async () => {
  const { monitor, scrape } = testMonitor();
  const source = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  monitorClient(source, { monitor });
  await source.initialize();
  await source.query('CREATE TABLE items (id integer PRIMARY KEY)');
  await source.query('INSERT INTO items VALUES (?)', [1]);
  expect(await source.query('SELECT * FROM items')).toEqual([{ id: 1 }]);
  expect(await scrape('database_queries_total')).toContain('operation="SELECT",table="items"} 1');
  await source.destroy();
});
