import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answers, untilReady } from './answers.ts';
import { debianProgram } from './debian.ts';
import { freePort } from './free-port.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';

/** The server, and the libraries that few machines have; a machine with `mariadbd` on its `PATH` needs none of it. */
const PACKAGES = ['mariadb-server-core', 'libaio1', 'liburing2', 'libnuma1'] as const;
const DATABASE = 'orders';
/** Data that is thrown away need not survive a power cut, only a crash of the server. */
const SETTINGS = [
  '--no-defaults',
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=8M',
  '--performance-schema=off',
];

/** A real MariaDB of the test's own, with an empty database `orders`. */
export interface TestMariadb extends OwnServer {
  readonly url: string;
}

/**
 * Starts a MariaDB on a free port of 127.0.0.1, with its data in a temporary folder, in about two seconds. It lets
 * anybody in.
 *
 * @throws {Error} when there is no server; a test that needs one fails, it is not skipped.
 */
export async function startMariadb(): Promise<TestMariadb> {
  const { command, env } = await debianProgram(PACKAGES, 'mariadbd');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-mariadb-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const port = await freePort();
  const shared = join(dirname(dirname(command)), 'share/mysql');
  const flags = [
    ...SETTINGS,
    `--datadir=${data}`,
    `--tmpdir=${folder}`,
    `--lc-messages-dir=${shared}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  try {
    await initialise(command, flags, env);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const network = ['--skip-grant-tables', `--port=${port}`, '--bind-address=127.0.0.1', '--skip-networking=0'];
  const socket = [`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`];
  const server = await startOwnServer({
    name: 'MariaDB',
    folder,
    spawn: () => spawn(command, [...flags, ...network, ...socket], { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    // It greets whoever connects.
    ready: (child) => untilReady(child, () => answers(port, '')),
  });
  return { url: `mysql://root@127.0.0.1:${port}/${DATABASE}`, ...server };
}

/** Makes the test's database. */
async function initialise(command: string, flags: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, [...flags, '--bootstrap'], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  // Its own tables are for accounts, time zones and plugins, of which there are none.
  const script = `CREATE DATABASE mysql;\nCREATE DATABASE ${DATABASE};\n`;
  // It may end before it has read everything, which its exit code tells.
  child.stdin!.on('error', () => {});
  child.stdin!.end(script);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`MariaDB made no data:\n${complaints}`);
}
