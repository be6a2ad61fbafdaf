import { once } from 'node:events';
import mysql from 'mysql2';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startMariadb, type TestMariadb } from '../../../../test/servers/mariadb.ts';
import { type TestMonitor, testMonitor } from '../../../../test/test-monitor.ts';
import { ALL, inTwenty } from '../../test/in-twenty.ts';
import { monitorPool } from '../monitor-database.ts';

let database: TestMariadb;
beforeAll(async () => {
  database = await startMariadb();
});
afterAll(() => database.stop());

function observedPool(
  connectionLimit: number,
  extra: mysql.PoolOptions = {},
): TestMonitor & { readonly pool: mysql.Pool } {
  const test = testMonitor();
  const pool = mysql.createPool({ uri: database.url, connectionLimit, ...extra });
  monitorPool(pool, { monitor: test.monitor, name: 'main' });
  onTestFinished(() => pool.promise().end());
  return { ...test, pool };
}

it('calls back, and emits, in the context of the caller, however long it waited for the one connection', async () => {
  const { pool } = observedPool(1);
  expect(await inTwenty((done) => pool.query('SELECT 1', () => done()))).toEqual(ALL);
  expect(await inTwenty((done) => pool.execute('SELECT ?', [1], () => done()))).toEqual(ALL);
  expect(await inTwenty((done) => pool.query('SELECT nothing', (error) => error && done()))).toEqual(ALL);
  expect(await inTwenty((done) => void pool.query('SELECT 1').on('result', () => done()))).toEqual(ALL);
  expect(await inTwenty((done) => void pool.query('SELECT nothing').on('error', () => done()))).toEqual(ALL);
  expect(
    await inTwenty(
      (done) =>
        void pool
          .query('SELECT 1')
          .stream()
          .resume()
          .on('end', () => done()),
    ),
  ).toEqual(ALL);
});

it('counts each way of running a statement once', async () => {
  const { pool, scrape } = observedPool(1, { multipleStatements: true });
  const connection = await pool.promise().getConnection();
  await connection.query('SELECT 1 AS n');
  await connection.query({ sql: 'SELECT ? AS n', values: [1], rowsAsArray: true });
  await connection.execute('SELECT ? AS n', [1]);
  const prepared = await connection.prepare('SELECT ? AS n');
  await prepared.execute([1]);
  const again = await connection.prepare('SELECT ? AS n');
  await again.execute([2]);
  const [several] = await connection.query('SELECT 1 AS n; SELECT 2 AS n');
  expect(several).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  connection.release();
  let rows = 0;
  const query = pool.query('SELECT seq FROM seq_1_to_100');
  query.on('result', () => rows++);
  await once(query, 'end');
  expect(rows).toBe(100);
  expect(await scrape('database_queries_total')).toBe(
    [
      'database_queries_total{system="mysql",operation="SELECT",table="none"} 6',
      'database_queries_total{system="mysql",operation="SELECT",table="seq_1_to_100"} 1',
    ].join('\n'),
  );
  expect(await scrape('database_rows_returned_total')).toBe(
    [
      'database_rows_returned_total{system="mysql",operation="SELECT",table="none"} 7',
      'database_rows_returned_total{system="mysql",operation="SELECT",table="seq_1_to_100"} 100',
    ].join('\n'),
  );
});

it('counts what fails by errno, when it is prepared too', async () => {
  const { pool, scrape } = observedPool(1);
  await expect(pool.promise().query('SELECT * FROM nowhere')).rejects.toMatchObject({ errno: 1146 });
  await expect(pool.promise().execute('SELECT * FROM nowhere')).rejects.toMatchObject({ errno: 1146 });
  await expect(pool.promise().execute('SELECT ?', [undefined as never])).rejects.toThrow('undefined');
  expect(await scrape('database_query_errors_total')).toBe(
    [
      'database_query_errors_total{system="mysql",operation="SELECT",table="nowhere",error_code="1146"} 2',
      'database_query_errors_total{system="mysql",operation="SELECT",table="none",error_code="other"} 1',
    ].join('\n'),
  );
});

it('shows how full the pool is', async () => {
  const { pool, scrape } = observedPool(2);
  const take = (): Promise<mysql.PoolConnection> =>
    new Promise((resolve, reject) =>
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
    );
  const first = await take();
  const second = await take();
  const waiting = take();
  expect(await scrape('database_connections')).toBe(
    ['active"} 2', 'idle"} 0', 'waiting"} 1'].map((end) => `database_connections{pool="main",state="${end}`).join('\n'),
  );
  first.release();
  (await waiting).release();
  second.destroy();
  expect(await scrape('database_connections')).toContain('state="active"} 0');
  expect(await scrape('database_pool_wait_seconds_count')).toMatch(/ 3$/);
  expect(await scrape('database_connection_held_seconds_count')).toMatch(/ 3$/);
});

it('leaves an error that nobody listens for to the process', async () => {
  const { pool } = observedPool(1);
  const connection = await new Promise<mysql.PoolConnection>((resolve, reject) =>
    pool.getConnection((error, taken) => (error ? reject(error) : resolve(taken))),
  );
  const query = connection.query('SELECT nothing');
  expect(query.listenerCount('error')).toBe(0);
  const failed = new Promise((resolve) => query.on('error', resolve));
  expect(await failed).toMatchObject({ errno: 1054 });
  connection.release();
});
