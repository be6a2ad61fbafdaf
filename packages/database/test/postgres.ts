import pg from 'pg';
import { afterAll } from 'vitest';
import type { DatabaseDriver } from '../../../test/contracts/database.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';

/** Postgres numbers the places of values. */
export function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${++n}`);
}

/**
 * A pool for a test. `end` does not wait for the last packet of its connections, and a server that is stopped meanwhile
 * says so in an error, which is nobody's here.
 */
export function openPool(config: pg.PoolConfig): pg.Pool {
  return new pg.Pool(config).on('error', () => {});
}

/** One for each file of tests. */
let database: Promise<TestDatabase> | undefined;
afterAll(async () => (await database)?.stop());

/** A driver over a Postgres of the file's own. `open` is given its address, with an empty table `items`. */
export function onPostgres(
  name: string,
  open: (url: string, ...rest: Parameters<DatabaseDriver['open']>) => ReturnType<DatabaseDriver['open']>,
  extra: Partial<DatabaseDriver> = {},
): DatabaseDriver {
  return {
    name,
    system: 'postgres',
    duplicateCode: '23505',
    setUp: async () => {
      await (database ??= startTestDatabase());
    },
    tearDown: async () => {},
    open: async (...args) => {
      const { url } = await database!;
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('DROP TABLE IF EXISTS items');
      await client.query('CREATE TABLE items (id int PRIMARY KEY, name varchar(100))');
      await client.end();
      return open(url, ...args);
    },
    ...extra,
  };
}
