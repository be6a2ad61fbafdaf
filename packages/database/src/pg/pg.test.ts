import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import pg from 'pg';
// @ts-expect-error it comes without types
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../../test/servers/postgres.ts';
import { type TestMonitor, testMonitor } from '../../../../test/test-monitor.ts';
import { ALL, inTwenty } from '../../test/in-twenty.ts';
import { openPool } from '../../test/postgres.ts';
import { monitorClient, monitorPool } from '../monitor-database.ts';
import type { DatabaseOptions } from '../options.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

interface ObservedPool extends TestMonitor {
  readonly pool: pg.Pool;
}

function observedPool(max: number, options: DatabaseOptions = {}, core = {}): ObservedPool {
  const test = testMonitor(core);
  const pool = openPool({ connectionString: database.url, max });
  monitorPool(pool, { monitor: test.monitor, name: 'main', ...options });
  onTestFinished(() => pool.end());
  return { ...test, pool };
}

async function observedClient(config: pg.ClientConfig = {}): Promise<TestMonitor & { readonly client: pg.Client }> {
  const test = testMonitor();
  const client = new pg.Client({ connectionString: database.url, ...config });
  await client.connect();
  monitorClient(client, { monitor: test.monitor });
  onTestFinished(() => client.end());
  return { ...test, client };
}

it('calls back in the context of the caller, however long it waited for the one connection', async () => {
  const { pool } = observedPool(1);
  expect(await inTwenty((done) => pool.query('SELECT 1', () => done()))).toEqual(ALL);
  expect(await inTwenty((done) => pool.query('SELECT $1::int', [1], () => done()))).toEqual(ALL);
  const connected = inTwenty((done) =>
    pool.connect((_error, client, release) => {
      done();
      client!.query('SELECT 1', () => release());
    }),
  );
  expect(await connected).toEqual(ALL);
  const ended = inTwenty((done) => {
    void pool.connect().then((client) => {
      const query = client.query(new pg.Query('SELECT generate_series(1, 3) AS n'));
      query.on('row', () => {});
      query.on('end', () => {
        client.release();
        done();
      });
    });
  });
  expect(await ended).toEqual(ALL);
});

it('keeps the context of errors in callbacks and events', async () => {
  const { pool, scrape } = observedPool(1);
  expect(await inTwenty((done) => pool.query('SELECT nothing', (error) => error && done()))).toEqual(ALL);
  const events = inTwenty((done) => {
    void pool.connect().then((client) => {
      client.query(new pg.Query('SELECT nothing')).on('error', () => {
        client.release();
        done();
      });
    });
  });
  expect(await events).toEqual(ALL);
  expect(await scrape('database_query_errors_total')).toBe(
    'database_query_errors_total{system="postgres",operation="SELECT",table="none",error_code="42703"} 40',
  );
});

it('is not to be told from the bare one by its methods', async () => {
  const { pool } = observedPool(1);
  const bare = new pg.Pool();
  const client = await pool.connect();
  for (const [ours, theirs] of [
    [pool.query, bare.query],
    [pool.connect, bare.connect],
    [client.query, pg.Client.prototype.query],
  ] as const) {
    expect([ours.name, ours.length]).toEqual([theirs.name, theirs.length]);
  }
  expect(Object.keys(pool)).toEqual(Object.keys(bare));
  expect(Object.keys(client)).not.toContain('query');
  client.release();
});

it('takes every way of giving a statement', async () => {
  const { client, scrape } = await observedClient();
  const called = (give: (done: (error: Error, result: pg.QueryResult) => void) => void): Promise<unknown> =>
    new Promise((resolve, reject) => give((error, result) => (error ? reject(error) : resolve(result.rows))));
  const one = [{ n: 1 }];
  expect((await client.query('SELECT 1 AS n')).rows).toEqual(one);
  expect((await client.query({ text: 'SELECT $1::int AS n', values: [1] })).rows).toEqual(one);
  expect((await client.query({ text: 'SELECT 1 AS n', rowMode: 'array' })).rows).toEqual([[1]]);
  expect((await client.query({ name: 'one', text: 'SELECT $1::int AS n' }, [1])).rows).toEqual(one);
  expect((await client.query({ name: 'one', text: 'SELECT $1::int AS n' }, [1])).rows).toEqual(one);
  expect(await called((done) => client.query('SELECT 1 AS n', done))).toEqual(one);
  expect(await called((done) => client.query('SELECT $1::int AS n', [1], done))).toEqual(one);
  expect(await called((done) => client.query({ text: 'SELECT 1 AS n' }, done))).toEqual(one);
  expect(await called((callback) => client.query({ text: 'SELECT 1 AS n', callback } as never))).toEqual(one);
  const several = (await client.query('SELECT 1 AS n; SELECT 2 AS n')) as unknown as pg.QueryResult[];
  expect(several.map(({ rows }) => rows)).toEqual([one, [{ n: 2 }]]);
  expect(() => client.query(undefined as never)).toThrow('null or undefined');
  expect(() => client.query('SELECT 1', [], 'no function' as never)).toThrow('callback is not a function');
  expect(await scrape('database_queries_total')).toBe(
    'database_queries_total{system="postgres",operation="SELECT",table="none"} 11',
  );
  expect(await scrape('database_rows_returned_total')).toMatch(/ 11$/);
});

it('counts the rows of cursors and streams, and leaves them their backpressure', async () => {
  const { client, scrape } = await observedClient();
  const series = 'SELECT n FROM generate_series(1, 1000) n';
  const cursor = client.query(new Cursor(series));
  expect(await cursor.read(10)).toHaveLength(10);
  const storage = new AsyncLocalStorage<string>();
  const store = await storage.run(
    'reader',
    () => new Promise((resolve) => cursor.read(5, () => resolve(storage.getStore()))),
  );
  expect(store).toBe('reader');
  await cursor.close();

  const stream = client.query(new QueryStream(series, [], { highWaterMark: 50 }));
  let rows = 0;
  for await (const _row of stream) {
    rows++;
    expect(stream.readableLength).toBeLessThanOrEqual(50);
  }
  expect(rows).toBe(1_000);
  const broken = client.query(new QueryStream('SELECT nothing'));
  broken.resume();
  await expect(finished(broken)).rejects.toThrow('does not exist');
  const abandoned = client.query(new QueryStream(series));
  for await (const _row of abandoned) break;
  await client.query('SELECT 1');

  expect(await scrape('database_queries_total')).toMatch(/ 5$/);
  expect(await scrape('database_query_errors_total')).toContain('error_code="42703"} 1');
  expect(Object.keys(cursor)).not.toContain('handleDataRow');
});

it('counts what goes through a pipeline, failures among it', async () => {
  const { client, scrape } = await observedClient({ pipeline: true } as pg.ClientConfig);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) =>
      client.query(n % 10 === 9 ? 'SELECT nothing' : 'SELECT $1::int AS n', n % 10 === 9 ? [] : [n]),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  const refused = client.query(new Cursor('SELECT 1'));
  await expect(refused.read(1)).rejects.toThrow('not supported in pipeline mode');
  expect(await scrape('database_queries_total')).toMatch(/ 51$/);
  expect(await scrape('database_query_errors_total')).toContain('error_code="42703"} 5');
});

it('calls a commit that the server rolled back an error, and a lost connection too', async () => {
  const { pool, scrape } = observedPool(1);
  const client = await pool.connect();
  await client.query('BEGIN');
  await expect(client.query('SELECT nothing')).rejects.toThrow();
  expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
  client.release();
  const second = await pool.connect();
  second.on('error', () => {});
  await second.query('BEGIN; CREATE TEMP TABLE t (n int)');
  await expect(second.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
  const removed = once(pool, 'remove');
  second.release(true);
  await removed;
  expect(await scrape('database_transaction_duration_seconds_count')).toBe(
    'database_transaction_duration_seconds_count{system="postgres",outcome="error"} 2',
  );
});

it('shows how full the pool is, and how long it is waited for', async () => {
  const { pool, scrape } = observedPool(2);
  const first = await pool.connect();
  const second = await pool.connect();
  const waiting = pool.connect();
  expect(await scrape('database_connections')).toBe(
    ['active"} 2', 'idle"} 0', 'waiting"} 1'].map((end) => `database_connections{pool="main",state="${end}`).join('\n'),
  );
  expect(await scrape('database_connections_max')).toBe('database_connections_max{pool="main"} 2');
  first.release();
  (await waiting).release();
  second.release();
  expect(await scrape('database_connections')).toContain('state="idle"} 2');
  expect(await scrape('database_pool_wait_seconds_count')).toMatch(/ 3$/);
  expect(await scrape('database_connection_held_seconds_count')).toMatch(/ 3$/);
});

it('names a connection that was not returned, with the place where it was taken', async () => {
  const { pool, clock, log, scrape } = observedPool(
    2,
    { heldTooLongMs: 20, name: 'leaky' },
    { environment: 'development' },
  );
  async function takeAndForget(): Promise<pg.PoolClient> {
    return pool.connect();
  }
  const client = await takeAndForget();
  clock.advance(1_000);
  await vi.waitFor(() => expect(log()).toHaveLength(1));
  expect(log()[0]).toMatchObject({
    level: 'WARNING',
    pool: 'leaky',
    threshold_ms: 20,
    taken_at: expect.arrayContaining([expect.stringContaining('takeAndForget')]),
  });
  expect((log()[0]!.taken_at as string[])[0]).toContain('pg.test.ts');
  expect(await scrape('database_connections_held_too_long_total')).toMatch(/ 1$/);
  client.release();
});

it('observes what a listener runs as soon as a client is connected, though it listened first', async () => {
  const { monitor, scrape } = testMonitor();
  const pool = openPool({ connectionString: database.url, max: 1 });
  onTestFinished(() => pool.end());
  pool.on('connect', (client) => void client.query('SET statement_timeout = 5000'));
  monitorPool(pool, { monitor });
  await pool.query('SELECT 1');
  expect(await scrape('database_queries_total')).toContain('operation="SET",table="none"} 1');
});

it('keeps no stacks in production', async () => {
  const { pool, clock, log } = observedPool(1, { heldTooLongMs: 20 }, { environment: 'production' });
  const client = await pool.connect();
  clock.advance(1_000);
  await vi.waitFor(() => expect(log()).toHaveLength(1));
  expect(log()[0]).not.toHaveProperty('taken_at');
  client.release();
});

it('counts a connection that could not be made', async () => {
  const { monitor, scrape } = testMonitor();
  const pool = monitorPool(new pg.Pool({ host: '127.0.0.1', port: 1 }), { monitor });
  await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(pool.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await scrape('database_query_errors_total')).toBe(
    'database_query_errors_total{system="postgres",operation="CONNECT",table="none",error_code="ECONNREFUSED"} 2',
  );
  await pool.end();
});

it('puts everything back when the monitor is closed', async () => {
  const { pool, monitor } = observedPool(1);
  const client = await pool.connect();
  const listeners = (): number[] => ['connect', 'release', 'remove'].map((event) => pool.listenerCount(event));
  expect(listeners()).toEqual([1, 1, 1]);
  await monitor.close();
  expect(Object.hasOwn(pool, 'query') || Object.hasOwn(pool, 'connect') || Object.hasOwn(client, 'query')).toBe(false);
  expect(listeners()).toEqual([0, 0, 0]);
  client.release();
});

it('tells two pools of one name apart', async () => {
  const { pool, monitor, scrape } = observedPool(1);
  const second = monitorPool(openPool({ connectionString: database.url }), {
    monitor,
    name: 'main',
  });
  await Promise.all([pool.query('SELECT 1'), second.query('SELECT 1')]);
  expect(await scrape('database_connections')).toContain('database_connections{pool="main-2",state="idle"} 1');
  await second.end();
});

it('is no longer shown when it has ended', async () => {
  const { monitor, scrape } = testMonitor();
  const pool = monitorPool(openPool({ connectionString: database.url }), { monitor });
  await pool.query('SELECT 1');
  expect(await scrape('database_connections')).toContain('state="idle"} 1');
  await pool.end();
  expect(await scrape('database_connections')).toBe('');
  expect(await scrape('database_connections_max')).toBe('');
});
