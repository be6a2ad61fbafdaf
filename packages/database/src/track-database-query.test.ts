import { DatabaseSync } from 'node:sqlite';
import { expect, expectTypeOf, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import { monitorClient } from './monitor-database.ts';
import { trackDatabaseQuery } from './track-database-query.ts';

it('gives what the function gives, and measures it', async () => {
  const test = testMonitor();
  const options = { monitor: test.monitor };
  const rows = await trackDatabaseQuery('orders', 'postgres', 'SELECT', async () => [{ id: 1 }, { id: 2 }], options);
  expectTypeOf(rows).toEqualTypeOf<{ id: number }[]>();
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
  const value = {};
  expect(trackDatabaseQuery('orders', 'sqlite', 'get', () => value, { ...options, table: 'items' })).toBe(value);
  expect(await test.scrape('database_queries_total')).toBe(
    [
      'database_queries_total{system="postgres",operation="SELECT",table="none"} 1',
      'database_queries_total{system="sqlite",operation="get",table="items"} 1',
    ].join('\n'),
  );
  expect(await test.scrape('database_rows_returned_total')).toContain('operation="SELECT",table="none"} 2');
});

it('has the service that it is told', async () => {
  const { monitor, scrape } = testMonitor();
  trackDatabaseQuery('billing', 'mysql', 'UPDATE', () => 1, { monitor });
  expect(await scrape('database_queries_total')).toContain('{service="billing",system="mysql",operation="UPDATE"');
});

it('throws what the function throws, at once or later, and counts its code', async () => {
  const { monitor, scrape } = testMonitor();
  const options = { monitor };
  const error = Object.assign(new Error('duplicate'), { code: '23505' });
  const fail = (): never => {
    throw error;
  };
  expect(() => trackDatabaseQuery('orders', 'postgres', 'INSERT', fail, options)).toThrow(error);
  await expect(trackDatabaseQuery('orders', 'postgres', 'INSERT', async () => fail(), options)).rejects.toBe(error);
  expect(await scrape('database_query_errors_total')).toMatch(
    /operation="INSERT",table="none",error_code="23505"\} 2$/,
  );
});

it('times a query builder, which begins only when it is awaited', async () => {
  const { monitor, clock, scrape } = testMonitor();
  const builder = {
    // biome-ignore lint/suspicious/noThenProperty: this is what a builder is
    then(resolve: (rows: number[]) => void) {
      clock.advance(250);
      resolve([1]);
    },
  };
  expect(await trackDatabaseQuery('orders', 'postgres', 'SELECT', () => builder, { monitor })).toEqual([1]);
  expect(await scrape('database_query_duration_seconds_sum')).toMatch(/ 0.25$/);
});

it('bounds what becomes a label', async () => {
  const { monitor, scrape } = testMonitor();
  const options = { monitor };
  for (let i = 0; i < 250; i++) trackDatabaseQuery('orders', 'x', 'SELECT', () => i, { ...options, table: `t${i}` });
  trackDatabaseQuery('orders', 'x', 'no word at all', () => 1, { ...options, table: 'nor this' });
  const tables = (await scrape('database_queries_total')).split('\n');
  expect(tables).toHaveLength(202);
  expect(tables).toContain('database_queries_total{system="x",operation="SELECT",table="other"} 50');
  expect(tables).toContain('database_queries_total{system="x",operation="other",table="other"} 1');
});

it('does nothing where monitoring is off', () => {
  const { monitor } = testMonitor({ enabled: false });
  expect(trackDatabaseQuery('orders', 'postgres', 'SELECT', () => 7, { monitor })).toBe(7);
});

it('logs a slow one by the statement that it is given, without its values', () => {
  const { monitor, clock, log } = testMonitor();
  const run = (): void => clock.advance(900);
  const statement = "SELECT * FROM orders WHERE name = 'Ada'";
  trackDatabaseQuery('orders', 'postgres', 'SELECT', run, { monitor, table: 'orders', statement });
  expect(log()).toEqual([
    expect.objectContaining({
      message: 'SELECT orders was slow',
      duration_ms: 900,
      statement: 'SELECT * FROM orders WHERE name = ?',
    }),
  ]);
});

it('counts for the service as it is called by then, where a pool was made before the service was set up', async () => {
  const { monitor, scrape } = testMonitor({ serviceName: undefined });
  const database = monitorClient(new DatabaseSync(':memory:'), { monitor });
  database.exec('CREATE TABLE items (id INTEGER)');
  monitor.configure({ ...monitor.config, serviceName: 'billing' });
  database.exec('INSERT INTO items VALUES (1)');
  database.exec('CREATE TABLE others (id INTEGER)');
  const text = await scrape('database_queries_total');
  expect(text).toContain('{service="billing",system="sqlite",operation="INSERT",table="items"} 1');
  expect(text).toContain('{service="billing",system="sqlite",operation="CREATE",table="others"} 1');
});

it('takes null for no options', () => {
  expect(trackDatabaseQuery('orders', 'postgres', 'SELECT', () => 7, null as never)).toBe(7);
});
