// The process that owns an embedded Postgres. It lives in a session of its own, where Ctrl-C does not reach it, and
// ends the server when its parent asks or is gone, however the parent went: nothing is left behind.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, accountForServer, installedBinaries, reachableBinaries } from './binaries.ts';

/** What the keeper tells its parent, once. */
export type KeeperMessage = { readonly url: string; readonly folder: string } | { readonly error: string };

const USER = 'shop';
const ATTEMPTS = 3;
/** Data that is thrown away need not survive a power cut. */
const SETTINGS = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'lc_messages=C'],
  ...['shared_buffers=32MB', 'max_connections=50'],
].flatMap((setting) => ['-c', setting]);

const folder = await mkdtemp(join(tmpdir(), 'telltale-postgres-'));
const data = join(folder, 'data');
/** `initdb`, then the server. */
let running: ChildProcess | undefined;
let ending: Promise<void> | undefined;

process.once('disconnect', end);
process.on('SIGTERM', end);
try {
  const account = accountForServer();
  const { initdb, postgres } = await reachableBinaries(await installedBinaries(), account, join(folder, 'server'));
  const password = await initialise(initdb, account);
  const port = await start(postgres, account);
  tell({ url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`, folder });
} catch (error) {
  tell({ error: (error as Error).message });
  await end();
}

async function initialise(initdb: string, account: Account | undefined): Promise<string> {
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) {
    await chmod(folder, 0o711);
    for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
  }
  const identity = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const flags = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  const done = promisify(execFile)(initdb, [`--pgdata=${data}`, ...identity, ...flags], { ...account, cwd: folder });
  running = done.child;
  await done;
  await rm(passwordFile);
  return password;
}

/** Starts the server and answers its port. Somebody may take the free port first: then it tries another. */
async function start(postgres: string, account: Account | undefined): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const complaint = await listen(spawnServer(postgres, port, account));
    if (complaint === undefined) return port;
    if (attempt === ATTEMPTS || !complaint.includes('could not bind')) {
      throw new Error(`The embedded Postgres did not start:\n${complaint}`);
    }
  }
}

function spawnServer(postgres: string, port: number, account: Account | undefined): ChildProcess {
  const args = ['-D', data, '-p', String(port), ...SETTINGS];
  running = spawn(postgres, args, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  return running;
}

/** `undefined` once the server takes connections, or what it said before it ended. */
function listen(server: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let said = '';
    let ready = false;
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (ready) return;
      said += text;
      ready = said.includes('ready to accept connections');
      if (ready) resolve(undefined);
    });
    server.once('error', reject);
    server.once('close', () => (ready ? end() : resolve(said.trim())));
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

function end(): Promise<void> {
  ending ??= (async () => {
    if (running?.pid !== undefined && running.exitCode === null && running.signalCode === null) {
      const gone = once(running, 'exit');
      running.kill('SIGINT');
      setTimeout(() => running?.kill('SIGKILL'), 2_000);
      await gone;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit();
  })();
  return ending;
}

function tell(message: KeeperMessage): void {
  if (process.connected) process.send?.(message);
}
