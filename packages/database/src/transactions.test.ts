import { DatabaseSync } from 'node:sqlite';
import Better from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startMariadb, type TestMariadb } from '../../../test/servers/mariadb.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';
import { type TestMonitor, testMonitor } from '../../../test/test-monitor.ts';
import { monitorClient } from './monitor-database.ts';

let postgres: TestDatabase;
let mariadb: TestMariadb;
beforeAll(async () => {
  [postgres, mariadb] = await Promise.all([startTestDatabase(), startMariadb()]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), mariadb.stop()]);
});

/** The transactions that were counted, as `outcome = number`. */
async function outcomes({ scrape }: TestMonitor): Promise<readonly string[]> {
  const lines = (await scrape('database_transaction_duration_seconds_count')).split('\n').filter(Boolean);
  return lines.map((line) => line.replace(/^.*outcome="(\w+)"\} (\d+)$/, '$1 = $2')).sort();
}

describe('a transaction of Postgres', () => {
  async function connected(): Promise<TestMonitor & { readonly client: pg.Client }> {
    const test = testMonitor();
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('CREATE TEMP TABLE items (id int PRIMARY KEY)');
    return { ...test, client: monitorClient(client, { monitor: test.monitor }) };
  }

  it('in one text is one', async () => {
    const { client, ...test } = await connected();
    await client.query('BEGIN; INSERT INTO items VALUES (1); COMMIT');
    expect(await outcomes(test)).toEqual(['commit = 1']);
  });

  it('is an error where the server rolls back instead of committing, however COMMIT is sent', async () => {
    const { client, ...test } = await connected();
    const commits: readonly (() => Promise<unknown>)[] = [
      () => client.query('COMMIT'),
      () => client.query('COMMIT; SELECT 1'),
      () => new Promise((resolve) => client.query(new pg.Query('COMMIT')).on('end', resolve)),
    ];
    for (const commit of commits) {
      await client.query('BEGIN');
      await expect(client.query('SELECT nothing')).rejects.toThrow('nothing');
      await commit();
    }
    expect(await outcomes(test)).toEqual(['error = 3']);
  });

  it('begins with the first statement of a text of which another fails', async () => {
    const { client, ...test } = await connected();
    await expect(client.query('BEGIN; SELECT nothing')).rejects.toThrow('nothing');
    await client.query('ROLLBACK');
    expect(await outcomes(test)).toEqual(['rollback = 1']);
    // Sent before the first has failed.
    const failing = client.query('BEGIN; SELECT nothing');
    const undone = client.query('ROLLBACK');
    await expect(failing).rejects.toThrow('nothing');
    await undone;
    expect(await outcomes(test)).toEqual(['rollback = 2']);
    // Called back before the server is ready again.
    await new Promise((resolve) => client.query('BEGIN; SELECT nothing', resolve));
    await client.query('ROLLBACK');
    expect(await outcomes(test)).toEqual(['rollback = 3']);
  });

  it('does not begin behind the statement of a text that fails', async () => {
    const { client, ...test } = await connected();
    await expect(client.query('SELECT nothing; BEGIN')).rejects.toThrow('nothing');
    await client.query('ROLLBACK');
    expect(await outcomes(test)).toEqual([]);
  });

  it('is an error where its COMMIT fails', async () => {
    const { client, ...test } = await connected();
    await client.query('CREATE TEMP TABLE parts (item int REFERENCES items DEFERRABLE INITIALLY DEFERRED)');
    await expect(client.query('BEGIN; INSERT INTO parts VALUES (7); COMMIT')).rejects.toThrow('foreign key');
    await client.query('BEGIN');
    await client.query('INSERT INTO parts VALUES (7)');
    await expect(client.query('COMMIT')).rejects.toThrow('foreign key');
    await vi.waitFor(async () => expect(await outcomes(test)).toEqual(['error = 2']));
  });

  it('is followed by another where it is chained', async () => {
    const { client, ...test } = await connected();
    for (const step of ['BEGIN', 'COMMIT AND CHAIN', 'ROLLBACK']) await client.query(step);
    expect(await outcomes(test)).toEqual(['commit = 1', 'rollback = 1']);
  });

  it('stays open where it is begun again', async () => {
    const { client, ...test } = await connected();
    for (const step of ['BEGIN', 'BEGIN', 'COMMIT']) await client.query(step);
    expect(await outcomes(test)).toEqual(['commit = 1']);
  });

  it('leaves no listener for each statement that failed', async () => {
    const { client } = await connected();
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    const before = connection.listenerCount('readyForQuery');
    for (let i = 0; i < 20; i++) await expect(client.query('BEGIN; SELECT nothing')).rejects.toThrow();
    await client.query('ROLLBACK');
    expect(connection.listenerCount('readyForQuery')).toBe(before);
  });
});

describe('a transaction of MySQL', () => {
  async function connected(): Promise<TestMonitor & { readonly connection: mysql.Connection }> {
    const test = testMonitor();
    const connection = await mysql.createConnection(mariadb.url);
    onTestFinished(() => connection.end());
    await connection.query('DROP TABLE IF EXISTS items');
    await connection.query('CREATE TABLE items (id int PRIMARY KEY)');
    return { ...test, connection: monitorClient(connection, { monitor: test.monitor }) };
  }

  it('is committed by the beginning of another', async () => {
    const { connection, ...test } = await connected();
    for (const step of ['START TRANSACTION', 'START TRANSACTION', 'COMMIT']) await connection.query(step);
    expect(await outcomes(test)).toEqual(['commit = 2']);
  });

  it('is committed by a statement that commits by itself, and takes no longer', async () => {
    const { connection, clock, ...test } = await connected();
    await connection.query('BEGIN');
    await connection.query('ALTER TABLE items ADD COLUMN name text');
    clock.advance(60_000);
    await connection.query('BEGIN');
    await connection.query('COMMIT');
    expect(await outcomes({ clock, ...test })).toEqual(['commit = 2']);
    expect(await test.scrape('database_transaction_duration_seconds_sum')).toMatch(/ 0$/);
  });

  it('goes on behind a statement that fails', async () => {
    const { connection, ...test } = await connected();
    await connection.query('BEGIN');
    await connection.query('INSERT INTO items VALUES (1)');
    await expect(connection.query('INSERT INTO items VALUES (1)')).rejects.toMatchObject({ errno: 1062 });
    await connection.query('INSERT INTO items VALUES (2)');
    await connection.execute('COMMIT');
    expect(await outcomes(test)).toEqual(['commit = 1']);
  });
});

describe.each([
  ['node:sqlite', (): DatabaseSync | Better.Database => new DatabaseSync(':memory:')],
  ['better-sqlite3', (): DatabaseSync | Better.Database => new Better(':memory:')],
])('a transaction of %s', (_name, open) => {
  function opened(): TestMonitor & { readonly database: { exec(sql: string): unknown } } {
    const test = testMonitor();
    const database = open();
    database.exec('CREATE TABLE items (id int PRIMARY KEY)');
    return { ...test, database: monitorClient(database, { monitor: test.monitor }) };
  }

  it('ends where a statement rolls it back', async () => {
    const { database, clock, ...test } = opened();
    database.exec('BEGIN');
    database.exec('INSERT INTO items VALUES (1)');
    expect(() => database.exec('INSERT OR ROLLBACK INTO items VALUES (1)')).toThrow('UNIQUE');
    clock.advance(60_000);
    expect(() => database.exec('COMMIT')).toThrow('no transaction');
    database.exec('BEGIN; INSERT INTO items VALUES (1); COMMIT');
    expect(await outcomes({ clock, ...test })).toEqual(['commit = 1', 'rollback = 1']);
    expect(await test.scrape('database_transaction_duration_seconds_sum')).not.toMatch(/ [1-9]/);
  });

  it('begins with the first statement of a text of which another fails', async () => {
    const { database, ...test } = opened();
    expect(() => database.exec('BEGIN; SELECT nothing')).toThrow('nothing');
    database.exec('ROLLBACK');
    expect(() => database.exec('SELECT nothing; BEGIN')).toThrow('nothing');
    expect(await outcomes(test)).toEqual(['rollback = 1']);
  });
});
