import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { debianProgram, type Program } from '../../servers/debian.ts';
import { freePort } from '../../servers/free-port.ts';
import { end } from '../../servers/own-server.ts';
import { REDIS_PACKAGES } from '../../servers/redis.ts';

const run = promisify(execFile);

/** A real Redis Cluster of three masters without replicas. */
export interface TestCluster {
  readonly ports: readonly number[];
  /** A command for one of its nodes, by `redis-cli`. */
  ask(port: number, ...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts three masters on free ports and joins them. */
export async function startRedisCluster(): Promise<TestCluster> {
  const server = await debianProgram(REDIS_PACKAGES, 'redis-server');
  const cli = await debianProgram(REDIS_PACKAGES, 'redis-cli');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-redis-cluster-'));
  const children: ChildProcess[] = [];
  const ask = async (port: number, ...command: string[]): Promise<string> =>
    (await run(cli.command, ['-p', String(port), ...command], { env: cli.env })).stdout;
  const stop = async (): Promise<void> => {
    for (const child of children) await end(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = [await freePort(), await freePort(), await freePort()];
    for (const port of ports) children.push(startNode(server, port, mkdtempSync(join(folder, 'node-'))));
    await vi.waitFor(() => Promise.all(ports.map((port) => ask(port, 'ping'))), { timeout: 15_000, interval: 50 });
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    await run(cli.command, ['--cluster', 'create', ...addresses, '--cluster-yes'], { env: cli.env });
    await vi.waitFor(
      async () => {
        for (const port of ports) {
          const info = await ask(port, 'cluster', 'info');
          if (!info.includes('cluster_state:ok')) throw new Error(info);
        }
      },
      { timeout: 30_000, interval: 50 },
    );
    return { ports, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its bus listens on a free port as well: the usual one, 10,000 above, may be past the last. */
function startNode({ command, env }: Program, port: number, folder: string): ChildProcess {
  const bus = port > 50_000 ? port - 10_000 : port + 10_000;
  return spawn(
    command,
    [
      ...['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--loglevel', 'warning'],
      ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', `${bus}`],
    ],
    { env, stdio: 'ignore' },
  );
}
