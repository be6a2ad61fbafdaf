import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { debianProgram } from './debian.ts';

/** A real Prometheus of our own, on a free port, with its data in a temporary folder. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Prometheus that can be asked. */
export interface Prometheus extends Server {
  /** The `data` of an instant query's answer. */
  query(expression: string): Promise<QueryData>;
  /** The `data` of any path of its HTTP API. */
  api(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown>;
}

/** What an instant query answers. */
interface QueryData {
  readonly resultType: string;
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: [number, string] }[];
}

/** Starts a real Prometheus that scrapes `target` (`host:port`) every second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const { url, stop } = await startServer(
    `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: test, static_configs: [{ targets: ['${target}'] }] }]\n`,
    ['--enable-feature=exemplar-storage'],
  );
  const api = async (path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}`);
    return answer.data;
  };
  return { url, stop, api, query: (expression) => api('query', { query: expression }) as Promise<QueryData> };
}

/** Starts a real Prometheus with this configuration file and these flags, over no data or over the blocks in `data`. */
export async function startServer(configuration: string, flags: readonly string[], data?: string): Promise<Server> {
  const { command, env } = await debianProgram('prometheus', 'prometheus');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configuration);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    command,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data ?? join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
      ...flags,
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(url, child);
  } catch (cause) {
    await stop();
    throw new Error(`Prometheus did not start: ${complaints}`, { cause });
  }
  return { url, stop };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}.`);
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error('It was not ready within 30 seconds.');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
