import mysql from 'mysql2/promise';
import { afterAll } from 'vitest';
import type { DatabaseDriver } from '../../../test/contracts/database.ts';
import { startMariadb, type TestMariadb } from '../../../test/servers/mariadb.ts';

/** One for each file of tests. */
let database: Promise<TestMariadb> | undefined;
afterAll(async () => (await database)?.stop());

/** A driver over a MariaDB of the file's own. `open` is given its address, with an empty table `items`. */
export function onMariadb(
  name: string,
  open: (url: string, ...rest: Parameters<DatabaseDriver['open']>) => ReturnType<DatabaseDriver['open']>,
): DatabaseDriver {
  return {
    name,
    system: 'mysql',
    duplicateCode: '1062',
    setUp: async () => {
      await (database ??= startMariadb());
    },
    tearDown: async () => {},
    open: async (...args) => {
      const { url } = await database!;
      const connection = await mysql.createConnection(url);
      await connection.query('DROP TABLE IF EXISTS items');
      await connection.query('CREATE TABLE items (id int PRIMARY KEY, name varchar(100))');
      await connection.end();
      return open(url, ...args);
    },
  };
}
