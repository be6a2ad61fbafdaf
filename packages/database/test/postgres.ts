import pg from 'pg';
import type { DatabaseDriver } from '../../../test/contracts/database.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';

/** Postgres numbers the places of values. */
export function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${++n}`);
}

/** A driver over a Postgres of the test's own. `open` is given its address, with an empty table `items`. */
export function onPostgres(
  name: string,
  open: (url: string, ...rest: Parameters<DatabaseDriver['open']>) => ReturnType<DatabaseDriver['open']>,
  extra: Partial<DatabaseDriver> = {},
): DatabaseDriver {
  let database: TestDatabase;
  return {
    name,
    system: 'postgres',
    duplicateCode: '23505',
    setUp: async () => {
      database = await startTestDatabase();
    },
    tearDown: () => database.stop(),
    open: async (...args) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query('DROP TABLE IF EXISTS items');
      await client.query('CREATE TABLE items (id int PRIMARY KEY, name varchar(100))');
      await client.end();
      return open(database.url, ...args);
    },
    ...extra,
  };
}
