import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accountForServer, installedBinaries, reachableBinaries } from '../../examples/shop/src/postgres/binaries.ts';
import { freePort } from './free-port.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';

const SETTINGS = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'lc_messages=C'],
  ...['shared_buffers=32MB', 'max_connections=50', 'shared_preload_libraries=pg_stat_statements'],
].flatMap((setting) => ['-c', setting]);

/** A Postgres that can be killed, and that counts statements itself (pg_stat_statements). */
export interface OwnPostgres extends OwnServer {
  readonly url: string;
}

/**
 * Starts one on a free port, with its data in a temporary folder: to kill it, or to count what it was asked. For all else
 * there is `startTestDatabase`.
 *
 * @throws {Error} when there is no server; a test that needs one fails, it is not skipped.
 */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const account = accountForServer();
  const folder = mkdtempSync(join(tmpdir(), 'telltale-own-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (account !== undefined) {
    chmodSync(folder, 0o711);
    chownSync(data, account.uid, account.gid);
  }
  const { initdb, postgres } = await reachableBinaries(await installedBinaries(), account, join(folder, 'server'));
  const flags = [`--pgdata=${data}`, '--username=test', '--auth=trust', '--locale=C', '--no-sync', '--no-instructions'];
  await promisify(execFile)(initdb, flags, { ...account, cwd: folder });
  const port = await freePort();

  const args = ['-D', data, '-p', String(port), ...SETTINGS];
  const server = await startOwnServer({
    name: 'Postgres',
    folder,
    spawn: () => spawn(postgres, args, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] }),
    ready: (child, said) =>
      new Promise((resolve) => {
        child.stderr!.on('data', () => void (said().includes('ready to accept connections') && resolve()));
      }),
    // Postgres calls it an immediate shutdown: as a crash, but its own processes are gone when it is.
    signal: 'SIGQUIT',
  });
  return { url: `postgres://test@127.0.0.1:${port}/postgres`, ...server };
}
