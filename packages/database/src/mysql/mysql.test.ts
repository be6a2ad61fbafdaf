import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import mysql from 'mysql2';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { startMariadb, type TestMariadb } from '../../../../test/servers/mariadb.ts';
import { type TestMonitor, testMonitor } from '../../../../test/test-monitor.ts';
import { ALL, inTwenty } from '../../test/in-twenty.ts';
import { monitorClient, monitorPool } from '../monitor-database.ts';

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

it('calls back in the context of the caller for what is no statement', async () => {
  const { pool } = observedPool(1);
  const connection = await new Promise<mysql.PoolConnection>((resolve, reject) =>
    pool.getConnection((error, taken) => (error ? reject(error) : resolve(taken))),
  );
  expect(await inTwenty((done) => connection.ping(() => done()))).toEqual(ALL);
  expect(await inTwenty((done) => connection.changeUser({}, () => done()))).toEqual(ALL);
  expect(await inTwenty((done) => connection.changeUser(done as never))).toEqual(ALL);
  expect(await inTwenty((done) => connection.reset(() => done()))).toEqual(ALL);
  connection.release();
  const own = mysql.createConnection(database.url);
  monitorClient(own, { monitor: testMonitor().monitor });
  const storage = new AsyncLocalStorage<string>();
  const ended = storage.run('caller', () => new Promise((done) => own.end(() => done(storage.getStore()))));
  expect(await ended).toBe('caller');
});

it('names a connection that is not returned with the place where it was taken', async () => {
  const { monitor, clock, log, scrape } = testMonitor({ environment: 'development' });
  const pool = mysql.createPool({ uri: database.url, connectionLimit: 1 });
  monitorPool(pool, { monitor, name: 'main', heldTooLongMs: 20 });
  onTestFinished(() => pool.promise().end());
  const connection = await new Promise<mysql.PoolConnection>(function takesAndForgets(resolve, reject) {
    pool.getConnection((error, taken) => (error ? reject(error) : resolve(taken)));
  });
  clock.advance(1_000);
  await vi.waitFor(() => expect(log()).toHaveLength(1));
  expect(log()[0]).toMatchObject({ message: 'A connection of the pool main was not returned', held_ms: 1_000 });
  expect((log()[0] as { taken_at: string[] }).taken_at[0]).toContain('takesAndForgets');
  expect(await scrape('database_connections_held_too_long_total')).toMatch(/ 1$/);
  connection.release();
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
