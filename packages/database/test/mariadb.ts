import mysql from 'mysql2/promise';
import type { DatabaseDriver } from '../../../test/contracts/database.ts';
import { startMariadb, type TestMariadb } from '../../../test/servers/mariadb.ts';

/** A driver over a MariaDB of the test's own. `open` is given its address, with an empty table `items`. */
export function onMariadb(
  name: string,
  open: (url: string, ...rest: Parameters<DatabaseDriver['open']>) => ReturnType<DatabaseDriver['open']>,
): DatabaseDriver {
  let database: TestMariadb;
  return {
    name,
    system: 'mysql',
    duplicateCode: '1062',
    setUp: async () => {
      database = await startMariadb();
    },
    tearDown: () => database.stop(),
    open: async (...args) => {
      const connection = await mysql.createConnection(database.url);
      await connection.query('DROP TABLE IF EXISTS items');
      await connection.query('CREATE TABLE items (id int PRIMARY KEY, name varchar(100))');
      await connection.end();
      return open(database.url, ...args);
    },
  };
}
