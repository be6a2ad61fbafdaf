import type { ApiData, SeriesData } from '@telltale/promql';
import { startServer } from '../servers/prometheus.ts';
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

/** Starts Prometheus and writes the samples into it. */
export async function startReference(dataset: readonly SeriesData[]): Promise<Reference> {
  const { url, stop } = await startServer('global: { evaluation_interval: 1m }\n', [
    '--storage.tsdb.retention.time=100y',
    '--web.enable-remote-write-receiver',
  ]);
  try {
    await remoteWrite(url, dataset);
  } catch (error) {
    await stop();
    throw error;
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
