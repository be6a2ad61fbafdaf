import mysql from 'mysql2/promise';
import { expect, it } from 'vitest';
import { startMariadb } from '../../../test/servers/mariadb.ts';
import { startOwnPostgres } from '../../../test/servers/own-postgres.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { openPool } from '../test/postgres.ts';
import { monitorPool } from './monitor-database.ts';

/** `npm run soak -w @telltale/database` runs 50,000. */
const QUERIES = Number(process.env.TELLTALE_SOAK_QUERIES ?? 500);
const TIMEOUT = 30_000 + QUERIES * 10;

/** The n-th statement: one in five writes, one in ten fails. */
function statement(n: number): readonly [sql: string, values: number[]] {
  switch (n % 10) {
    case 0:
      return ['INSERT INTO orders (id) VALUES ($1)', [n]];
    case 1:
      return ['UPDATE orders SET total = $1 WHERE id = $2', [n, n - 1]];
    case 2:
      return ['INSERT INTO orders (id) VALUES ($1)', [n - 2]];
    case 3:
    case 4:
      return ['SELECT * FROM customers LIMIT $1', [2]];
    default:
      return ['SELECT * FROM orders WHERE id = $1', [n - (n % 10)]];
  }
}

async function runAll(run: (sql: string, values: number[]) => Promise<unknown>): Promise<number> {
  let failed = 0;
  for (let n = 0; n < QUERIES; n += 10) {
    // The first of ten comes before those that look for its row.
    for (const at of [n, n + 1]) await run(...statement(at));
    const rest = Array.from({ length: 8 }, (_, i) => run(...statement(n + 2 + i)));
    for (const { status } of await Promise.allSettled(rest)) if (status === 'rejected') failed++;
  }
  return failed;
}

/** What a metric counted, as `operation table` and number. */
async function counts(scrape: (name: string) => Promise<string>, name: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const line of (await scrape(name)).split('\n')) {
    const [, operation, table, value] = /operation="(\w+)",table="(\w+)".*\} (\d+)$/.exec(line) ?? [];
    if (operation !== undefined) found[`${operation} ${table}`] = Number(value);
  }
  return found;
}

const TENTH = QUERIES / 10;
const EXPECTED = {
  'INSERT orders': TENTH * 2,
  'SELECT customers': TENTH * 2,
  'SELECT orders': TENTH * 5,
  'UPDATE orders': TENTH,
};

it(
  `counts ${QUERIES} queries of Postgres as Postgres does`,
  async () => {
    const server = await startOwnPostgres();
    const { monitor, scrape } = testMonitor();
    const pool = openPool({ connectionString: server.url, max: 8 });
    try {
      await pool.query('CREATE EXTENSION pg_stat_statements');
      await pool.query('CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE customers (id int)');
      await pool.query('INSERT INTO customers VALUES (1), (2)');
      await pool.query('SELECT pg_stat_statements_reset()');
      monitorPool(pool, { monitor });
      const failed = await runAll((sql, values) => pool.query(sql, values));
      expect(failed).toBe(TENTH);
      expect(await counts(scrape, 'database_queries_total')).toEqual(EXPECTED);
      expect(await counts(scrape, 'database_query_duration_seconds_count')).toEqual(EXPECTED);
      expect(await counts(scrape, 'database_query_errors_total')).toEqual({ 'INSERT orders': TENTH });
      const ours = await counts(scrape, 'database_rows_returned_total');

      const { rows } = await pool.query(
        `SELECT query, calls::int, rows::int FROM pg_stat_statements WHERE query ~ 'orders|customers'`,
      );
      const theirs = Object.fromEntries(rows.map(({ query, calls }) => [query, calls]));
      // It leaves out what failed.
      expect(theirs).toEqual({
        'INSERT INTO orders (id) VALUES ($1)': TENTH,
        'UPDATE orders SET total = $1 WHERE id = $2': TENTH,
        'SELECT * FROM customers LIMIT $1': TENTH * 2,
        'SELECT * FROM orders WHERE id = $1': TENTH * 5,
      });
      const returned = (table: string): number =>
        rows.find(({ query }) => query.startsWith(`SELECT * FROM ${table}`))!.rows;
      expect(ours).toEqual({
        'SELECT customers': returned('customers'),
        'SELECT orders': returned('orders'),
        'INSERT orders': 0,
        'UPDATE orders': 0,
      });
      expect(await scrape('database_pool_wait_seconds_count')).toMatch(new RegExp(` ${QUERIES + 1}$`));
    } finally {
      await pool.end();
      await server.stop();
    }
  },
  TIMEOUT,
);

it(
  `counts ${QUERIES} queries of MariaDB as MariaDB does`,
  async () => {
    const server = await startMariadb();
    const { monitor, scrape } = testMonitor();
    const pool = mysql.createPool({ uri: server.url, connectionLimit: 8 });
    const status = async (): Promise<Record<string, number>> => {
      const [rows] = await pool.query<mysql.RowDataPacket[]>('SHOW GLOBAL STATUS LIKE "Com_%"');
      return Object.fromEntries(rows.map((row) => [row.Variable_name, Number(row.Value)]));
    };
    try {
      await pool.query('CREATE TABLE orders (id int PRIMARY KEY, total int)');
      await pool.query('CREATE TABLE customers (id int)');
      await pool.query('INSERT INTO customers VALUES (1), (2)');
      monitorPool(pool, { monitor });
      const before = await status();
      const failed = await runAll((sql, values) => pool.query(sql.replaceAll(/\$\d/g, '?'), values));
      const after = await status();
      expect(failed).toBe(TENTH);
      const { 'SHOW none': shown, ...ours } = await counts(scrape, 'database_queries_total');
      expect(shown).toBe(2);
      expect(ours).toEqual(EXPECTED);
      const grown = (name: string): number => after[name]! - before[name]!;
      expect(grown('Com_insert')).toBe(ours['INSERT orders']);
      expect(grown('Com_update')).toBe(ours['UPDATE orders']);
      expect(grown('Com_select')).toBe(ours['SELECT orders']! + ours['SELECT customers']!);
    } finally {
      await pool.end();
      await server.stop();
    }
  },
  TIMEOUT,
);
