import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { debianProgram } from './debian.ts';

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
export interface TestMariadb {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port with its data, after killing it if it still runs. */
  restart(): Promise<void>;
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
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const network = ['--skip-grant-tables', `--port=${port}`, '--bind-address=127.0.0.1'];
    const socket = [`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`];
    child = spawn(command, [...flags, ...network, ...socket, '--skip-networking=0'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await ready(child, port);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  const endWithUs = (): void => void child?.kill('SIGKILL');
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    // It has nothing to put in order: the data go too.
    await end('SIGKILL');
    process.off('exit', endWithUs);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await initialise(command, flags, env);
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `mysql://root@127.0.0.1:${port}/${DATABASE}`,
    stop,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      await start();
    },
  };
}

/** Makes the test's database. */
async function initialise(command: string, flags: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, [...flags, '--bootstrap'], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  const complaints = collect(child);
  // Its own tables are for accounts, time zones and plugins, of which there are none.
  const script = `CREATE DATABASE mysql;\nCREATE DATABASE ${DATABASE};\n`;
  // It may end before it has read everything, which its exit code tells.
  child.stdin!.on('error', () => {});
  child.stdin!.end(script);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`MariaDB made no data:\n${complaints()}`);
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const complaints = collect(child);
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`MariaDB did not start:\n${complaints()}`);
    if (await listens(port)) return;
    await delay(100);
  }
  throw new Error(`MariaDB was not ready within 30 seconds:\n${complaints()}`);
}

function collect(child: ChildProcess): () => string {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  return () => said;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
