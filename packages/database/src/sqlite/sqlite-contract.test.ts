import { DatabaseSync } from 'node:sqlite';
import Better from 'better-sqlite3';
import { type DatabaseDriver, databaseContract, type Run } from '../../../../test/contracts/database.ts';
import { monitorClient } from '../monitor-database.ts';

const TABLE = 'CREATE TABLE items (id int PRIMARY KEY, name varchar(100))';
const inProcess: Pick<DatabaseDriver, 'system' | 'setUp' | 'tearDown'> = {
  system: 'sqlite',
  setUp: async () => {},
  tearDown: async () => {},
};

databaseContract({
  ...inProcess,
  name: 'node:sqlite',
  duplicateCode: '1555',
  open: async (options, times) => {
    const database = new DatabaseSync(':memory:');
    database.exec(TABLE);
    for (let i = 0; i < times; i++) monitorClient(database, options);
    const run: Run = async (sql, values = []) =>
      database
        .prepare(sql)
        .all(...(values as string[]))
        .map((row) => ({ ...row }));
    return {
      thing: database,
      run,
      transaction: async (work) => {
        database.exec('BEGIN');
        try {
          await work(run);
          database.exec('COMMIT');
        } catch (error) {
          database.exec('ROLLBACK');
          throw error;
        }
      },
      close: async () => database.close(),
    };
  },
});

databaseContract({
  ...inProcess,
  name: 'better-sqlite3',
  duplicateCode: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  open: async (options, times) => {
    const database = new Better(':memory:');
    database.exec(TABLE);
    for (let i = 0; i < times; i++) monitorClient(database, options);
    const run: Run = async (sql, values = []) => {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all(...values);
      statement.run(...values);
      return [];
    };
    return {
      thing: database,
      run,
      transaction: async (work) => {
        database.prepare('BEGIN').run();
        try {
          await work(run);
          database.prepare('COMMIT').run();
        } catch (error) {
          database.prepare('ROLLBACK').run();
          throw error;
        }
      },
      close: async () => void database.close(),
    };
  },
});
