import pg from 'pg';
import { databaseContract, type Run } from '../../../../test/contracts/database.ts';
import { numbered, onPostgres, openPool } from '../../test/postgres.ts';
import { monitorClient, monitorPool } from '../monitor-database.ts';

const runner =
  (client: pg.Pool | pg.ClientBase): Run =>
  async (sql, values) =>
    (await client.query(numbered(sql), values as unknown[])).rows;

async function inTransaction(client: pg.ClientBase, work: (run: Run) => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work(runner(client));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

databaseContract(
  onPostgres('pg, a pool', async (connectionString, options, times) => {
    const pool = openPool({ connectionString, max: 3 });
    for (let i = 0; i < times; i++) monitorPool(pool, options);
    return {
      thing: pool,
      run: runner(pool),
      transaction: async (work) => {
        const client = await pool.connect();
        try {
          await inTransaction(client, work);
        } finally {
          client.release();
        }
      },
      close: () => pool.end(),
    };
  }),
);

for (const pipeline of [false, true]) {
  databaseContract(
    onPostgres(`pg, a client${pipeline ? ' with a pipeline' : ''}`, async (connectionString, options, times) => {
      const client = new pg.Client({ connectionString, pipeline } as pg.ClientConfig);
      await client.connect();
      for (let i = 0; i < times; i++) monitorClient(client, options);
      return {
        thing: client,
        run: runner(client),
        transaction: (work) => inTransaction(client, work),
        close: () => client.end(),
      };
    }),
  );
}
