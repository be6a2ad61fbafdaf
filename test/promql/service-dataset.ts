import type { SeriesData } from '@telltale/promql';
import type { Random } from './random.ts';

/** An hour of a service, a sample every ten seconds. */
export const SERVICE_START = 1_700_000_000_000;
export const SERVICE_MS = 3_600_000;
const EVERY_MS = 10_000;

/** In which condition the service is. */
export type Condition = 'with errors' | 'without errors' | 'without traffic';

/** What Telltale measures of a service in that hour, as its metrics are named and labelled. */
export function createServiceDataset(random: Random, condition: Condition): SeriesData[] {
  const all: SeriesData[] = [];
  const busy = condition === 'without traffic' ? 0 : 1;
  const failing = condition === 'with errors' ? 1 : 0;
  const counter = (name: string, labels: Record<string, string>, most: number) => {
    let count = 0;
    all.push(series({ __name__: name, service: 'shop', ...labels }, () => (count += random.integer(0, most + 1))));
  };
  const gauge = (name: string, labels: Record<string, string>, value: () => number) =>
    all.push(series({ __name__: name, service: 'shop', ...labels }, value));
  const histogram = (name: string, labels: Record<string, string>, bounds: readonly number[], most: number) =>
    all.push(...histogramSeries(random, { name, labels: { service: 'shop', ...labels }, bounds, most }));

  for (const route of ['/orders', '/customers/:id']) {
    for (const status_code of failing ? ['200', '404', '500'] : ['200', '404']) {
      const labels = { method: 'GET', route, status_code };
      counter('http_requests_total', labels, 9 * busy);
      histogram('http_request_duration_seconds', labels, [0.005, 0.05, 0.5, 5], 9 * busy);
    }
  }
  for (const cache of ['sessions', 'prices']) {
    counter('cache_hits_total', { cache, prefix: 'a' }, 20 * busy);
    counter('cache_misses_total', { cache, prefix: 'a' }, 5 * busy);
  }
  for (const status of ['completed', 'failed', 'retried']) {
    const labels = { queue: 'emails', job: 'send', status };
    counter('queue_jobs_processed_total', labels, (status === 'completed' ? 5 : failing) * busy);
    histogram('queue_job_duration_seconds', labels, [0.1, 1, 10], 5 * busy);
  }
  histogram('queue_job_wait_seconds', { queue: 'emails', job: 'send' }, [0.1, 1, 10, 60], 5 * busy);
  for (const state of ['waiting', 'active', 'prioritized']) {
    gauge('queue_depth', { queue: 'emails', state }, () => random.integer(0, 40));
  }
  for (const model of ['large', 'small']) {
    const labels = { provider: 'openai', model, operation: 'chat' };
    counter('ai_requests_total', { ...labels, status: 'success' }, 3 * busy);
    counter('ai_requests_total', { ...labels, status: 'cached' }, 2 * busy);
    histogram('ai_request_duration_seconds', { ...labels, status: 'success' }, [0.5, 2, 8, 30], 3 * busy);
    counter('ai_cost_usd_total', labels, 2 * busy);
  }
  for (const path of ['optimised', 'full', 'skipped']) counter('work_items_total', { work: 'resize', path }, 4 * busy);
  counter('work_units_total', { work: 'resize' }, 20 * busy);
  counter('work_units_examined_total', { work: 'resize' }, 9 * busy);
  counter('work_seconds_total', { work: 'resize' }, 2 * busy);
  counter('work_baseline_seconds_total', { work: 'resize' }, 5 * busy);
  // Loaded once, in three seconds, and never again: what was counted then does not change.
  const loaded = { service: 'shop', module: 'sharp', status: failing ? 'error' : 'success' };
  for (const [le, count] of Object.entries({ '0.1': 0, '1.0': 0, '5.0': busy, '+Inf': busy })) {
    all.push(series({ __name__: 'module_load_duration_seconds_bucket', ...loaded, le }, () => count));
  }
  all.push(series({ __name__: 'module_load_duration_seconds_sum', ...loaded }, () => 3 * busy));
  all.push(series({ __name__: 'module_load_duration_seconds_count', ...loaded }, () => busy));
  gauge('module_load_fallbacks_total', { module: 'sharp' }, () => failing);
  const query = { system: 'postgresql', operation: 'SELECT', table: 'orders' };
  histogram('database_query_duration_seconds', query, [0.001, 0.01, 0.1], 9 * busy);
  gauge('process_resident_memory_bytes', {}, () => 2e8 + random.integer(0, 1e6));
  gauge('system_cpu_usage_percent', {}, () => random.integer(0, 100));
  gauge('prediction_accuracy', { model: 'ranking' }, () => random.next() * 0.2 + 0.75);
  gauge('users_active', {}, () => random.integer(0, 500));
  return all;
}

interface HistogramShape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bounds: readonly number[];
  readonly most: number;
}

function histogramSeries(random: Random, { name, labels, bounds, most }: HistogramShape): SeriesData[] {
  const counts = Array<number>(bounds.length + 1).fill(0);
  const history: { readonly counts: readonly number[]; readonly sum: number }[] = [];
  let sum = 0;
  for (let at = 0; at <= SERVICE_MS; at += EVERY_MS) {
    for (let seen = random.integer(0, most + 1); seen > 0; seen--) {
      const bucket = random.integer(0, counts.length);
      for (let index = bucket; index < counts.length; index++) counts[index]!++;
      sum += bounds[bucket] ?? bounds.at(-1)! * 2;
    }
    history.push({ counts: [...counts], sum });
  }
  const line = (suffix: string, extra: Record<string, string>, value: (index: number) => number) => {
    let index = 0;
    return series({ __name__: `${name}_${suffix}`, ...labels, ...extra }, () => value(index++));
  };
  return [
    ...[...bounds.map(String), '+Inf'].map((le, bucket) =>
      line('bucket', { le }, (at) => history[at]!.counts[bucket]!),
    ),
    line('sum', {}, (at) => history[at]!.sum),
    line('count', {}, (at) => history[at]!.counts.at(-1)!),
  ];
}

function series(labels: Readonly<Record<string, string>>, value: () => number): SeriesData {
  const count = SERVICE_MS / EVERY_MS + 1;
  const timestamps = Float64Array.from({ length: count }, (_, index) => SERVICE_START + index * EVERY_MS);
  return { labels, timestamps, values: Float64Array.from({ length: count }, value) };
}
