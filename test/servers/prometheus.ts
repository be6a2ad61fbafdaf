import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilReady } from './answers.ts';
import { debianProgram } from './debian.ts';
import { freePort } from './free-port.ts';
import { startOwnServer } from './own-server.ts';

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
  const ready = async (): Promise<boolean> => {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    return response?.ok === true;
  };
  const { stop } = await startOwnServer({
    name: 'Prometheus',
    folder,
    spawn: () =>
      spawn(
        command,
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${data ?? join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--log.level=warn',
          ...flags,
        ],
        { env, stdio: ['ignore', 'ignore', 'pipe'] },
      ),
    ready: (child) => untilReady(child, ready),
    signal: 'SIGTERM',
  });
  return { url, stop };
}
