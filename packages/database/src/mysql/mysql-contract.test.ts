import callbacks from 'mysql2';
import mysql, { type Connection } from 'mysql2/promise';
import { databaseContract, type Run } from '../../../../test/contracts/database.ts';
import { onMariadb } from '../../test/mariadb.ts';
import { monitorClient, monitorPool } from '../monitor-database.ts';

type Values = (string | number)[];

const runner =
  (client: Pick<Connection, 'execute'>): Run =>
  async (sql, values) =>
    [(await client.execute(sql, values as Values))[0]].flat();

async function inTransaction(connection: Connection, work: (run: Run) => Promise<void>): Promise<void> {
  await connection.beginTransaction();
  try {
    await work(runner(connection));
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  }
}

databaseContract(
  onMariadb('mysql2, a pool of promises', async (uri, options, times) => {
    const pool = mysql.createPool({ uri, connectionLimit: 3 });
    for (let i = 0; i < times; i++) monitorPool(pool, options);
    return {
      thing: pool,
      run: runner(pool),
      transaction: async (work) => {
        const connection = await pool.getConnection();
        try {
          await inTransaction(connection, work);
        } finally {
          connection.release();
        }
      },
      close: () => pool.end(),
    };
  }),
);

databaseContract(
  onMariadb('mysql2, a pool of callbacks', async (uri, options, times) => {
    const pool = callbacks.createPool({ uri, connectionLimit: 3 });
    for (let i = 0; i < times; i++) monitorPool(pool, options);
    const run: Run = (sql, values) =>
      new Promise((resolve, reject) => {
        pool.query(sql, values as Values, (error, rows) => (error ? reject(error) : resolve([rows].flat())));
      });
    return {
      thing: pool,
      run,
      transaction: async (work) => {
        const connection = await pool.promise().getConnection();
        try {
          await inTransaction(connection, work);
        } finally {
          connection.release();
        }
      },
      close: () => pool.promise().end(),
    };
  }),
);

databaseContract(
  onMariadb('mysql2, a connection', async (uri, options, times) => {
    const connection = await mysql.createConnection(uri);
    for (let i = 0; i < times; i++) monitorClient(connection, options);
    return {
      thing: connection,
      run: runner(connection),
      transaction: (work) => inTransaction(connection, work),
      close: () => connection.end(),
    };
  }),
);
