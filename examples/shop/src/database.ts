import { readFile } from 'node:fs/promises';
import { Pool, type PoolClient, types } from 'pg';
import { monitorPool } from 'telltale';

export type Database = Pool;

// `count` and `sum` answer bigint, which pg hands over as text.
types.setTypeParser(types.builtins.INT8, Number);

/**
 * Connects, and makes the tables and their first rows where they are missing, in a schema of their own.
 *
 * @throws {Error} naming the server, never the password.
 */
export async function openDatabase(url: string): Promise<Database> {
  const database = monitorPool(
    new Pool({ connectionString: url, max: 10, options: '-c search_path=shop', connectionTimeoutMillis: 5_000 }),
    { name: 'shop' },
  );
  // A connection that breaks while idle: the pool replaces it, and the next query tells if there is no other.
  database.on('error', () => {});
  try {
    for (const file of ['schema.sql', 'seed.sql']) {
      await database.query(await readFile(new URL(file, import.meta.url), 'utf8'));
    }
  } catch (cause) {
    await database.end();
    // A name with several addresses fails with several errors, and no message of its own.
    const { message, code } = cause as Error & { readonly code?: string };
    throw new Error(`The database at ${new URL(url).host} cannot be used: ${message || code}`, { cause });
  }
  return database;
}

/** Runs `work` in one transaction: all of it is done, or none. */
export async function inTransaction<T>(database: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
