import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import mysql from 'mysql2/promise';
import type pg from 'pg';
import { expect, it } from 'vitest';
import { startMariadb } from '../../../test/servers/mariadb.ts';
import { startOwnPostgres } from '../../../test/servers/own-postgres.ts';
import { type TestMonitor, testMonitor } from '../../../test/test-monitor.ts';
import { openPool } from '../test/postgres.ts';
import { monitorClient, monitorPool } from './monitor-database.ts';

const RECONNECTS = 20;
const WARM_UP = 5;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function total(test: TestMonitor, name: string): Promise<number> {
  const lines = (await test.scrape(name)).split('\n');
  return lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0);
}

/** How much the process holds on to, after what can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collectGarbage();
    await delay(5);
  }
  return process.memoryUsage().heapUsed;
}

interface Client {
  run(sql: string): Promise<unknown>;
  /** Takes a minute. */
  readonly sleep: string;
  /** Counts of listeners on what lasts. */
  listeners(): readonly number[];
}

async function killInTheMiddle(
  test: TestMonitor,
  { run, sleep, listeners }: Client,
  server: { kill(): Promise<void>; restart(): Promise<void> },
): Promise<void> {
  await run('SELECT 1');
  const before = listeners();
  const sleeping = Promise.allSettled([run(sleep), run(sleep)]);
  await server.kill();
  expect((await sleeping).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const down = await Promise.allSettled([run('SELECT 4'), run('SELECT 5')]);
  expect(down.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await server.restart();
  const errorsBefore = await total(test, 'database_query_errors_total');
  const queriesBefore = await total(test, 'database_queries_total');
  for (let i = 0; i < 10; i++) await run('SELECT 6');
  expect(await total(test, 'database_queries_total')).toBe(queriesBefore + 10);
  expect(await total(test, 'database_query_errors_total')).toBe(errorsBefore);
  expect(errorsBefore).toBe(4);
  expect(listeners()).toEqual(before);
  expect(test.errors).toEqual([]);
}

it('survives a Postgres that is killed and started again', async () => {
  const server = await startOwnPostgres();
  const test = testMonitor();
  const pool = openPool({ connectionString: server.url, max: 2 });
  monitorPool(pool, { monitor: test.monitor });
  const listeners = (): number[] => pool.eventNames().map((name) => pool.listenerCount(name));
  try {
    await killInTheMiddle(test, { run: (sql) => pool.query(sql), sleep: 'SELECT pg_sleep(60)', listeners }, server);
    expect(await test.scrape('database_connections')).toContain('state="active"} 0');
  } finally {
    await pool.end();
    await server.stop();
  }
});

it('survives a MariaDB that is killed and started again', async () => {
  const server = await startMariadb();
  const test = testMonitor();
  const pool = mysql.createPool({ uri: server.url, connectionLimit: 2 });
  monitorPool(pool, { monitor: test.monitor });
  const { pool: core } = pool as unknown as { pool: import('mysql2').Pool };
  const listeners = (): number[] => core.eventNames().map((name) => core.listenerCount(name as string));
  try {
    await killInTheMiddle(test, { run: (sql) => pool.query(sql), sleep: 'SELECT SLEEP(60)', listeners }, server);
    expect(await test.scrape('database_connections')).toContain('state="active"} 0');
  } finally {
    await pool.end();
    await server.stop();
  }
});

it('holds on to nothing of connections that are gone', async () => {
  const server = await startOwnPostgres();
  const test = testMonitor();
  const pool = openPool({ connectionString: server.url, max: 1 });
  monitorPool(pool, { monitor: test.monitor });
  const seen: WeakRef<pg.PoolClient>[] = [];
  const reconnect = async (): Promise<void> => {
    const client = await pool.connect();
    client.on('error', () => {});
    seen.push(new WeakRef(client));
    await client.query('BEGIN');
    await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {});
    client.release(true);
  };
  try {
    for (let i = 0; i < WARM_UP; i++) await reconnect();
    const listeners = pool.eventNames().map((name) => pool.listenerCount(name));
    const before = await heap();
    for (let i = 0; i < RECONNECTS; i++) await reconnect();
    expect(pool.eventNames().map((name) => pool.listenerCount(name))).toEqual(listeners);
    expect((await heap()) - before).toBeLessThan(2_000_000);
    expect(await total(test, 'database_transaction_duration_seconds_count')).toBe(WARM_UP + RECONNECTS);
    expect(await test.scrape('database_connection_held_seconds_count')).toMatch(/ 25$/);
    // All but what the last turn still holds.
    expect(seen.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(2);
  } finally {
    await pool.end();
    await server.stop();
  }
});

it('keeps no client that the service has let go', async () => {
  const { monitor } = testMonitor();
  const open = (): WeakRef<DatabaseSync> => {
    const database = monitorClient(new DatabaseSync(':memory:'), { monitor });
    database.prepare('SELECT 1').get();
    return new WeakRef(database);
  };
  const opened = Array.from({ length: RECONNECTS }, open);
  await heap();
  expect(opened.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(2);
});
