import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { debianProgram } from './debian.ts';

/** What Debian splits redis-server into; a machine that has it on its `PATH` needs none of it. */
const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblua5.1-0',
  'lua-cjson',
  'lua-bitop',
  'liblzf1',
] as const;

/** A real Redis. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it, where it was started for the test. */
  stop(): Promise<void>;
  /** Ends it as a crash would. What it had answered is on disk. Only on a server of the test's own. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the data it had, after killing it if it still runs. */
  restart(): Promise<void>;
}

/** How a Redis is wanted. */
export interface TestRedisOptions {
  /**
   * A server nobody else uses, whatever `REDIS_URL` says: to kill it, or to count its commands.
   * @default false
   */
  readonly own?: boolean;
}

/**
 * The server of `REDIS_URL` where that is set, otherwise one on a free port with its data in a temporary folder.
 * Others may use the first at the same time: use names of your own there, and never `FLUSHALL`.
 *
 * @throws {Error} when there is no server; a test that needs one fails, it is not skipped.
 */
export async function startRedis({ own = false }: TestRedisOptions = {}): Promise<TestRedis> {
  const shared = process.env.REDIS_URL;
  if (shared && !own) return sharedServer(shared);

  const { command, env } = await debianProgram(PACKAGES, 'redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-redis-'));
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--loglevel', 'warning'];
  if (own) flags.push('--appendonly', 'yes');

  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(command, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    await ready(port, child);
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
    await end('SIGKILL');
    process.off('exit', endWithUs);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (cause) {
    await stop();
    throw new Error('[servers] redis-server did not start.', { cause });
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      await start();
    },
  };
}

function sharedServer(url: string): TestRedis {
  const refuse = (): Promise<void> =>
    Promise.reject(new Error('[servers] The Redis of REDIS_URL is not ours to kill: use startRedis({ own: true }).'));
  return { url, port: Number(new URL(url).port || 6379), stop: async () => {}, kill: refuse, restart: refuse };
}

/** It answers PING with `-LOADING` while it reads its data. */
async function ready(port: number, child: ChildProcess): Promise<void> {
  let said = '';
  child.stdout?.on('data', (text) => (said += text));
  child.stderr?.on('data', (text) => (said += text));
  let failed: Error | undefined;
  child.once('error', (error) => (failed = error));
  for (let attempt = 0; attempt < 600; attempt++) {
    if (failed !== undefined) throw failed;
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}: ${said}`);
    if (await answers(port)) return;
    await delay(25);
  }
  throw new Error(`It was not ready within 15 seconds: ${said}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const done = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.on('data', (reply) => done(reply.toString().startsWith('+PONG')));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
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
