import { DatabaseSync } from 'node:sqlite';
import Better from 'better-sqlite3';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../../test/test-monitor.ts';
import { monitorClient } from '../monitor-database.ts';

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n';

it('counts each way of running a statement of node:sqlite', async () => {
  const { monitor, scrape } = testMonitor();
  const database = monitorClient(new DatabaseSync(':memory:'), { monitor });
  database.exec('CREATE TABLE t (n int)');
  expect(database.prepare('INSERT INTO t VALUES (?)').run(1).changes).toBe(1);
  const select = database.prepare('SELECT n FROM t');
  expect(select.get()).toEqual({ n: 1 });
  expect(select.all()).toHaveLength(1);
  expect([...select.iterate()]).toHaveLength(1);
  for (const _row of database.prepare(NUMBERS).iterate()) break;
  expect(() => database.prepare('SELECT FROM')).toThrow('syntax');
  const sql = database.createTagStore();
  expect(sql.get`SELECT n FROM t WHERE n = ${1}`).toEqual({ n: 1 });
  expect(await scrape('database_queries_total')).toBe(
    [
      'database_queries_total{system="sqlite",operation="CREATE",table="t"} 1',
      'database_queries_total{system="sqlite",operation="INSERT",table="t"} 1',
      'database_queries_total{system="sqlite",operation="SELECT",table="t"} 4',
      'database_queries_total{system="sqlite",operation="SELECT",table="none"} 1',
    ].join('\n'),
  );
  expect(await scrape('database_rows_returned_total')).toContain('operation="SELECT",table="t"} 4');
});

it('leaves the statements of better-sqlite3 what they were', async () => {
  const { monitor, scrape } = testMonitor();
  const database = monitorClient(new Better(':memory:'), { monitor });
  database.exec('CREATE TABLE t (n int)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  expect(insert.run(1).changes).toBe(1);
  const select = database.prepare<[], { n: number }>('SELECT n FROM t').pluck();
  expect(select.get()).toBe(1);
  expect([...select.iterate()]).toEqual([1]);
  expect(select.reader).toBe(true);
  expect(database.pragma('user_version', { simple: true })).toBe(0);
  expect(await scrape('database_queries_total')).toContain('operation="PRAGMA",table="none"} 1');
  expect(() => insert.run(1, 2)).toThrow(RangeError);
});

it("times better-sqlite3's transactions, and leaves their functions what they were", async () => {
  const { monitor, scrape } = testMonitor();
  const database = monitorClient(new Better(':memory:'), { monitor });
  database.exec('CREATE TABLE t (n int)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  const insertAll = database.transaction(function (this: unknown, ...numbers: number[]) {
    for (const n of numbers) insert.run(n);
    return this;
  });
  const unobserved = new Better(':memory:').transaction(() => {});
  for (const variant of ['default', 'deferred', 'immediate', 'exclusive'] as const) {
    const { name, length } = (insertAll as unknown as Record<typeof variant, () => void>)[variant];
    expect([name, length]).toEqual([unobserved.name, unobserved.length]);
  }
  const self = { insertAll };
  expect(self.insertAll(1, 2)).toBe(self);
  insertAll.immediate(3);
  expect((insertAll.exclusive as typeof insertAll).deferred).toHaveProperty('database', database);
  const failing = database.transaction(() => {
    insertAll(4);
    throw new Error('no');
  });
  expect(() => failing()).toThrow('no');
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(3);
  expect(await scrape('database_transaction_duration_seconds_count')).toBe(
    ['commit"} 2', 'rollback"} 1']
      .map((end) => `database_transaction_duration_seconds_count{system="sqlite",outcome="${end}`)
      .join('\n'),
  );
});
