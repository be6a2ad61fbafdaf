import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../examples/shop/src/postgres/start-postgres.ts';

/** An empty database that nobody else uses, on a real server. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, and stops the server where it was started for it. */
  stop(): Promise<void>;
}

/**
 * A database of the caller's own: on the server of `DATABASE_URL` where that is set, otherwise on the Postgres that
 * npm installed, started for it in about a second. It is gone when the process is, whether `stop` was called or not,
 * except for a database on a server of yours.
 *
 * @throws {Error} when there is no server; a test that needs one fails, it is not skipped.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env.DATABASE_URL;
  if (!serverUrl) return startPostgres();

  const name = `telltale_test_${randomBytes(6).toString('hex')}`;
  await run(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, stop: () => run(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
