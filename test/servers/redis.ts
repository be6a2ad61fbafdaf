import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, untilReady } from './answers.ts';
import { debianProgram } from './debian.ts';
import { freePort } from './free-port.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';

/** What Debian splits redis-server into; a machine that has it on its `PATH` needs none of it. */
export const REDIS_PACKAGES = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblua5.1-0',
  'lua-cjson',
  'lua-bitop',
  'liblzf1',
] as const;

/** A real Redis. `kill` and `restart` are for a server of the test's own; what it had answered is on disk by then. */
export interface TestRedis extends OwnServer {
  readonly url: string;
  readonly port: number;
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

  const { command, env } = await debianProgram(REDIS_PACKAGES, 'redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-redis-'));
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--loglevel', 'warning'];
  if (own) flags.push('--appendonly', 'yes');

  const server = await startOwnServer({
    name: 'redis-server',
    folder,
    spawn: () => spawn(command, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    // It answers PING with `-LOADING` while it reads its data.
    ready: (child) => untilReady(child, () => answers(port, '+PONG', 'PING\r\n')),
  });
  return { url: `redis://127.0.0.1:${port}`, port, ...server };
}

function sharedServer(url: string): TestRedis {
  const refuse = (): Promise<void> =>
    Promise.reject(new Error('[servers] The Redis of REDIS_URL is not ours to kill: use startRedis({ own: true }).'));
  return { url, port: Number(new URL(url).port || 6379), stop: async () => {}, kill: refuse, restart: refuse };
}
