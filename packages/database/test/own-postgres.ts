import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  accountForServer,
  installedBinaries,
  reachableBinaries,
} from '../../../examples/shop/src/postgres/binaries.ts';

const SETTINGS = [
  ...[
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'lc_messages=C',
  ],
  ...['shared_buffers=32MB', 'max_connections=50', 'shared_preload_libraries=pg_stat_statements'],
].flatMap((setting) => ['-c', setting]);

/** A Postgres that can be killed, and that counts statements itself (pg_stat_statements). */
export interface OwnPostgres {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it at once, every connection with it. */
  kill(): Promise<void>;
  /** Starts it again on the same port with its data. */
  restart(): Promise<void>;
}

/** @throws {Error} when there is no server; a test that needs one fails, it is not skipped. */
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

  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ['-D', data, '-p', String(port), ...SETTINGS];
    server = spawn(postgres, args, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    await ready(server);
  };
  /** Postgres calls it an immediate shutdown: as a crash, but its own processes are gone when it is. */
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGQUIT');
    await gone;
  };
  const endWithUs = (): void => void server?.kill('SIGQUIT');
  process.once('exit', endWithUs);
  await start();
  return {
    url: `postgres://test@127.0.0.1:${port}/postgres`,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    stop: async () => {
      await kill();
      process.off('exit', endWithUs);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`Postgres did not start:\n${said}`)));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
