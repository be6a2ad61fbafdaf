import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROMETHEUS_2, queryRange, type SeriesSource } from '@telltale/promql';
import type { RecordedSeries, Snapshot } from '../../packages/history/src/recorder/snapshot.ts';
import { keyOfLabels } from '../../packages/history/src/recorder/snapshot.ts';
import { MemoryStore } from '../../packages/history/src/stores/memory-store.ts';
import { SqliteStore } from '../../packages/history/src/stores/sqlite/sqlite-store.ts';
import { debianProgram } from '../servers/debian.ts';
import { startServer } from '../servers/prometheus.ts';
import { atLeast, atMost, type Bench, expectEqual, type Row } from './report.ts';
import { quantile } from './rounds.ts';

/** A multiple of the two hours of Prometheus's blocks. */
const START = 1_795_305_600_000;
const STEP_MS = 10_000;
const SNAPSHOTS = 8_640;
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1.0', '+Inf'];
/** 1,000 series: 50 routes of a counter with 9 status codes each, and 50 histograms of 9 buckets, sum and count. */
const ROUTES = 50;
const CODES = ['200', '201', '204', '301', '400', '401', '404', '500', '503'];
const ROUNDS = 7;

const QUERIES: Readonly<Record<string, string>> = {
  'rate by route': 'sum by (route)(rate(x_total[5m]))',
  'p95 by le': 'histogram_quantile(0.95, sum by (le)(rate(x_bucket[5m])))',
};

/** Times are the best wall-clock times of the rounds, as the server is a process of its own, and the machine is shared. */
export const bench: Bench = {
  title: 'History: 1,000 series of a day every 10 s, range queries of 240 steps, beside Prometheus',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-history-bench-'));
    try {
      return await compare(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(folder: string) {
  const snapshots = day();
  const samples = snapshots.reduce((sum, { values }) => sum + values.length, 0);
  const ingestion = await ingestionRate(snapshots);

  const memory = new MemoryStore({ maxBytes: 1e9 });
  for (const snapshot of snapshots) await memory.write(snapshot);
  const sqlite = await filledSqlite(folder, snapshots);
  const blocks = await prometheusBlocks(folder, snapshots);
  const bytesOfBlocks = sizeOf(blocks);
  const prometheus = await startServer('global: {}\n', ['--storage.tsdb.retention.time=100y'], blocks);

  const rows: Row[] = [];
  const ratios: number[] = [];
  try {
    const end = START + (SNAPSHOTS - 1) * STEP_MS;
    const range = { start: end - 239 * 360_000, end, stepMs: 360_000 };
    for (const [name, query] of Object.entries(QUERIES)) {
      const ask = (source: SeriesSource) => async () => {
        const { series } = await queryRange(query, { source, dialect: PROMETHEUS_2, ...range });
        return series.map(({ values }) => values);
      };
      const theirs = () => askPrometheus(prometheus.url, query, range);
      const [ours, disk, peer] = await timed([ask(memory), ask(sqlite), theirs]);
      expectClose(name, ours!.answer, peer!.answer);
      expectClose(name, disk!.answer, peer!.answer);
      rows.push({
        query: name,
        'memory ms': ours!.best,
        'SQLite ms': disk!.best,
        'Prometheus ms': peer!.best,
        'memory ×': ours!.best / peer!.best,
        'SQLite ×': disk!.best / peer!.best,
      });
      ratios.push(ours!.best / peer!.best, disk!.best / peer!.best);
    }
  } finally {
    await prometheus.stop();
    await sqlite.close();
  }
  const bytes = {
    memory: memory.usage().bytes / samples,
    sqlite: statSync(join(folder, 'history.db')).size / samples,
    prometheus: bytesOfBlocks / samples,
  };
  rows.push({
    query: 'bytes a sample',
    'memory ms': bytes.memory,
    'SQLite ms': bytes.sqlite,
    'Prometheus ms': bytes.prometheus,
    'memory ×': bytes.memory / bytes.prometheus,
    'SQLite ×': bytes.sqlite / bytes.prometheus,
  });
  return {
    rows,
    goals: [
      atMost(3, 'range queries within 3 times of Prometheus, the slowest of memory and SQLite', Math.max(...ratios)),
      atLeast(1, 'million samples a second taken in by memory, compressed, CPU time', ingestion),
      atMost(1, "bytes a sample in SQLite, as a part of Prometheus's", bytes.sqlite / bytes.prometheus),
      atMost(1.7, 'bytes a sample in SQLite', bytes.sqlite),
      atMost(100, 'MB of 1,000 series in SQLite in 7 days, by this day', (bytes.sqlite * samples * 7) / 1e6),
    ],
  };
}

/** Counters that rise unevenly, some of them seldom, and sums of seconds with all their digits. */
function day(): readonly Snapshot[] {
  const series: RecordedSeries[] = [];
  const add = (labels: Record<string, string>): void => {
    const all = { ...labels, job: 'bench', instance: 'here' };
    const family = { name: labels.__name__!, help: 'H.', type: 'counter' } as const;
    series.push({ labels: all, key: keyOfLabels(all), cumulative: true, family });
  };
  for (let route = 0; route < ROUTES; route++) {
    const label = `/things/${route}/:id`;
    for (const code of CODES) add({ __name__: 'x_total', route: label, code });
    for (const le of BOUNDS) add({ __name__: 'x_bucket', route: label, le });
    add({ __name__: 'x_sum', route: label });
    add({ __name__: 'x_count', route: label });
  }
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const width = CODES.length + BOUNDS.length + 2;
  const current = new Float64Array(series.length);
  return Array.from({ length: SNAPSHOTS }, (_, n) => {
    for (let route = 0; route < ROUTES; route++) {
      const at = route * width;
      const requests = Math.floor(random() * (route % 10) * 12);
      for (let i = 0; i < requests; i++) {
        const code = random() < 0.9 ? 0 : Math.floor(random() * CODES.length);
        current[at + code]! += 1;
        const seconds = 0.002 / (random() + 0.001);
        for (let b = 0; b < BOUNDS.length; b++) {
          if (b === BOUNDS.length - 1 || seconds <= Number(BOUNDS[b])) current[at + CODES.length + b]! += 1;
        }
        current[at + CODES.length + BOUNDS.length]! += seconds;
        current[at + CODES.length + BOUNDS.length + 1]! += 1;
      }
    }
    return { time: START + n * STEP_MS, series, values: current.slice() };
  });
}

/** Million samples a second of CPU time, with their compression. */
async function ingestionRate(snapshots: readonly Snapshot[]): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const store = new MemoryStore({ maxBytes: 1e9 });
    const before = process.cpuUsage();
    for (const snapshot of snapshots) await store.write(snapshot);
    const { user, system } = process.cpuUsage(before);
    rates.push(store.usage().samples / (user + system));
  }
  return quantile(rates, 0.5);
}

async function filledSqlite(folder: string, snapshots: readonly Snapshot[]): Promise<SqliteStore> {
  const fail = (message: unknown): never => {
    throw new Error(String(message));
  };
  const store = new SqliteStore({
    path: join(folder, 'history.db'),
    instance: 'here',
    bufferSize: 1e9,
    retentionMs: 15 * 86_400_000,
    rawRetentionMs: 15 * 86_400_000,
    maxBytes: 1e9,
    now: () => START,
    onNotice: fail,
    onDropped: fail,
    onError: fail,
  });
  for (const snapshot of snapshots) await store.write(snapshot);
  return store;
}

/** The same samples as blocks of Prometheus's own making. */
async function prometheusBlocks(folder: string, snapshots: readonly Snapshot[]): Promise<string> {
  const file = join(folder, 'metrics.om');
  const out = createWriteStream(file);
  const { series } = snapshots[0]!;
  for (const name of ['x_total', 'x_bucket', 'x_sum', 'x_count']) {
    out.write(`# TYPE ${name.replace('_total', '')} ${name === 'x_total' ? 'counter' : 'unknown'}\n`);
    for (const [place, { labels }] of series.entries()) {
      if (labels.__name__ !== name) continue;
      const pairs = Object.entries(labels).filter(([label]) => label !== '__name__');
      const head = `${name}{${pairs.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
      let text = '';
      for (const { time, values } of snapshots) text += `${head} ${values[place]} ${time / 1000}\n`;
      if (!out.write(text)) await once(out, 'drain');
    }
  }
  out.end('# EOF\n');
  await once(out, 'finish');
  const { command, env } = await debianProgram('prometheus', 'promtool');
  const blocks = join(folder, 'blocks');
  const arguments_ = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=24h', file, blocks];
  await promisify(execFile)(command, arguments_, { env, maxBuffer: 64 * 1024 * 1024 });
  return blocks;
}

type Answer = readonly ArrayLike<number>[];

interface Range {
  readonly start: number;
  readonly end: number;
  readonly stepMs: number;
}

/** The answer as text takes its time to come, and to be read: some milliseconds for this little of it. */
async function askPrometheus(url: string, query: string, { start, end, stepMs }: Range): Promise<Answer> {
  const body = new URLSearchParams({
    query,
    start: String(start / 1000),
    end: String(end / 1000),
    step: String(stepMs / 1000),
  });
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body });
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
  return data.result.map(({ values }) => values.map(([, value]) => Number(value)));
}

/** Asks all in turns. */
async function timed(questions: readonly (() => Promise<Answer>)[]): Promise<{ best: number; answer: Answer }[]> {
  const times = questions.map(() => [] as number[]);
  const answers: Answer[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, ask] of questions.entries()) {
      globalThis.gc?.();
      const start = performance.now();
      answers[i] = await ask();
      // The first round warms up.
      if (round > 0) times[i]!.push(performance.now() - start);
    }
  }
  return times.map((samples, i) => ({ best: quantile(samples, 0), answer: answers[i]! }));
}

function expectClose(what: string, ours: Answer, theirs: Answer): void {
  expectEqual(`series of ${what}`, ours.length, theirs.length);
  for (const [i, values] of ours.entries()) {
    expectEqual(`steps of ${what}`, values.length, theirs[i]!.length);
    for (let step = 0; step < values.length; step++) {
      const [a, b] = [values[step]!, theirs[i]![step]!];
      if (Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(b)))
        throw new Error(`${what}: ${a}, where Prometheus has ${b}.`);
    }
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
  }, 0);
}
