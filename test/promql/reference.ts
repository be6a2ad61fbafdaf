import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiData, SeriesData } from '@telltale/promql';
import { debianProgram } from '../servers/debian.ts';
import { remoteWrite } from './remote-write.ts';

/** What a query comes to: data, or the reason why there are none. */
export type Outcome = { readonly data: ApiData } | { readonly error: string };

/** A real Prometheus that holds the samples given to it, and no others. */
export interface Reference {
  readonly url: string;
  readonly version: string;
  queryInstant(expression: string, time: number): Promise<Outcome>;
  queryRange(expression: string, start: number, end: number, stepMs: number): Promise<Outcome>;
  stop(): Promise<void>;
}

/** Starts Prometheus on a free port over an empty folder, and writes the samples into it. */
export async function startReference(dataset: readonly SeriesData[]): Promise<Reference> {
  const { command, env } = await debianProgram('prometheus', 'prometheus');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-promql-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'global: { evaluation_interval: 1m }\n');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    command,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const stop = async () => {
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(url, child);
    await remoteWrite(url, dataset);
  } catch (cause) {
    await stop();
    throw new Error(`Prometheus did not take the samples: ${complaints}`, { cause });
  }
  const build = (await (await fetch(`${url}/api/v1/status/buildinfo`)).json()) as { data: { version: string } };
  return {
    url,
    version: build.data.version,
    queryInstant: (query, time) => ask(`${url}/api/v1/query`, { query, time: seconds(time) }),
    queryRange: (query, start, end, stepMs) =>
      ask(`${url}/api/v1/query_range`, { query, start: seconds(start), end: seconds(end), step: seconds(stepMs) }),
    stop,
  };
}

async function ask(url: string, parameters: Readonly<Record<string, string>>): Promise<Outcome> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) });
  const answer = (await response.json()) as { status: string; error: string; data: ApiData };
  return answer.status === 'success' ? { data: answer.data } : { error: answer.error };
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
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
