import { isStale, markStale, type SeriesData } from '@telltale/promql';
import type { Random } from './random.ts';

/** The first sample's time, and how long the data reach. */
export const DATA_START = 1_700_000_040_000;
export const DATA_MS = 2 * 3_600_000;

/** A value, or a staleness marker. */
type Sample = number | 'stale';

/** When samples come and what they are. */
interface Course {
  readonly from?: number;
  readonly to?: number;
  readonly every?: number;
  /** By how many milliseconds, at most, a sample comes late. */
  readonly jitter?: number;
  /** Stretches without samples, in seconds from the start. */
  readonly gaps?: readonly (readonly [from: number, to: number])[];
  readonly value: (seconds: number, index: number) => Sample;
}

/**
 * Series of all kinds that trouble an evaluator: counters that restart, gauges with NaN and infinities, histograms,
 * series that begin, end, pause, go stale or come irregularly, labels with odd characters.
 */
export function createDataset(random: Random): SeriesData[] {
  const all: SeriesData[] = [];
  const add = (labels: Record<string, string>, course: Course) => all.push(series(labels, course, random));
  addCounters(add, random);
  addGauges(add, random);
  addHistograms(add, random);
  addOddities(add, random);
  return all;
}

type Add = (labels: Record<string, string>, course: Course) => void;

function addCounters(add: Add, random: Random): void {
  for (const job of ['api', 'web']) {
    for (const code of ['200', '404', '500']) {
      for (const instance of ['a:1', 'b:1']) {
        const labels = { __name__: 'requests_total', job, instance, code, method: code === '404' ? 'POST' : 'GET' };
        add(labels, { ...course(job, code, instance), value: counter(random, code === '500' ? 900 : 4000) });
      }
    }
  }
  add({ __name__: 'errors_total', job: 'api', instance: 'a:1' }, { value: counter(random, 1200) });
  add({ __name__: 'errors_total', job: 'web', instance: 'b:1' }, { every: 60_000, value: counter(random, 9000) });
  add({ __name__: 'errors_total', job: 'db', instance: 'c:1' }, { value: () => 0 });
}

function course(job: string, code: string, instance: string): Omit<Course, 'value'> {
  if (job === 'web' && code === '500') return { from: 2000, to: 5200 };
  if (instance === 'b:1' && code === '404')
    return {
      gaps: [
        [1000, 1450],
        [3000, 3100],
        [4000, 4900],
      ],
    };
  if (instance === 'b:1') return { jitter: 4000 };
  return {};
}

/** Rises by uneven steps, and starts again from zero about every so many seconds. */
function counter(random: Random, resetEvery: number): Course['value'] {
  let count = random.integer(0, 50);
  let last = 0;
  return (seconds) => {
    if (random.chance((seconds - last) / resetEvery / 2)) count = random.integer(0, 3);
    else if (random.chance(0.7)) count += random.integer(0, 12);
    last = seconds;
    return count;
  };
}

function addGauges(add: Add, random: Random): void {
  for (const [index, room] of ['attic', 'cellar', 'hall'].entries()) {
    for (const sensor of ['1', '2']) {
      const labels = { __name__: 'temperature', room, sensor, job: index === 0 ? 'api' : 'web' };
      add(labels, {
        jitter: sensor === '2' ? 7000 : 0,
        value: (seconds) => 20 * Math.sin(seconds / 500 + index) + random.normal() * Number(sensor),
      });
    }
  }
  add(
    { __name__: 'temperature', room: 'yard', sensor: '1', job: 'db' },
    { every: 240_000, value: (s) => s / 100 - 30 },
  );
  add({ __name__: 'humidity', room: 'hall', sensor: '1', job: 'web' }, { value: () => random.integer(0, 5) });
  add(
    { __name__: 'humidity', room: 'attic', sensor: '1', job: 'api' },
    { from: 3000, value: () => random.integer(-3, 3) },
  );
  const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5];
  for (const kind of ['mixed', 'steady']) {
    add(
      { __name__: 'special', kind, job: 'api' },
      {
        value: (_, index) =>
          kind === 'mixed' ? random.pick(special) : special[Math.floor(index / 60) % special.length]!,
      },
    );
  }
  add(
    { __name__: 'flapping', job: 'api', instance: 'a:1' },
    {
      value: (_, index) => (index % 40 === 25 ? 'stale' : index % 40 < 25 ? index : random.integer(0, 9)),
      gaps: [
        [700, 1000],
        [2500, 2700],
      ],
    },
  );
  add({ __name__: 'flapping', job: 'web', instance: 'b:1' }, { to: 4000, value: (s) => (s > 3980 ? 'stale' : s % 77) });
  add({ __name__: 'moment', job: 'api' }, { value: (seconds) => 951_782_400 + seconds * 40_000 });
}

function addHistograms(add: Add, random: Random): void {
  const bounds = ['0.1', '0.25', '1', '2.5', '+Inf'];
  for (const route of ['/', '/orders', '/broken']) {
    const history = cumulativeCounts(random, bounds.length);
    for (const [bucket, le] of bounds.entries()) {
      if (route === '/broken' && le === '+Inf') continue;
      const labels = { __name__: 'latency_seconds_bucket', job: 'api', route, le };
      add(labels, { value: (_, index) => history[index]![bucket]! });
    }
  }
  add({ __name__: 'latency_seconds_bucket', job: 'api', route: '/', le: 'wide' }, { value: () => 5 });
  for (const [le, share] of [
    ['-1', 0.1],
    ['0', 0.4],
    ['1', 0.3],
    ['+Inf', 1],
  ] as const) {
    add({ __name__: 'spread_bucket', job: 'web', le }, { value: (s) => Math.floor(s * share) });
  }
}

/** For each sample, the count of each bucket, those of larger buckets including the smaller. */
function cumulativeCounts(random: Random, buckets: number): number[][] {
  const counts = Array<number>(buckets).fill(0);
  return Array.from({ length: DATA_MS / 15_000 + 1 }, () => {
    for (let seen = random.integer(0, 9); seen > 0; seen--) {
      for (let bucket = random.integer(0, buckets); bucket < buckets; bucket++) counts[bucket]!++;
    }
    return [...counts];
  });
}

function addOddities(add: Add, random: Random): void {
  const odd = ['quote"d', 'back\\slash', 'line\nbreak', 'ünïcode 😀', 'a,b=c{d}', ' '];
  for (const [index, label] of odd.entries()) {
    add({ __name__: 'odd', label, other: index % 2 === 0 ? label : 'x' }, { value: () => random.integer(0, 100) / 8 });
  }
  add({ __name__: 'job:rate:sum', job: 'api' }, { every: 30_000, value: (s) => 1e-7 * s });
  add({ __name__: 'job:rate:sum', job: 'web' }, { every: 30_000, value: (s) => 1e12 - s });
  add({ __name__: 'build_info', job: 'api', version: '1.2', instance: 'a:1' }, { to: 3600, value: () => 1 });
  add({ __name__: 'build_info', job: 'api', version: '1.3', instance: 'a:1' }, { from: 3615, value: () => 1 });
  add({ __name__: 'build_info', job: 'web', version: '1.2', instance: 'b:1' }, { value: () => 1 });
  add({ __name__: 'lonely' }, { from: 1800, to: 1800, value: () => 42 });
}

function series(labels: Record<string, string>, course: Course, random: Random): SeriesData {
  const { from = 0, to = DATA_MS / 1000, every = 15_000, jitter = 0, gaps = [] } = course;
  const timestamps: number[] = [];
  const samples: Sample[] = [];
  for (let at = from * 1000; at <= to * 1000; at += every) {
    const seconds = at / 1000;
    const value = course.value(seconds, samples.length);
    if (gaps.some(([start, end]) => seconds > start && seconds < end)) continue;
    timestamps.push(DATA_START + at + (jitter > 0 ? random.integer(0, jitter) : 0));
    samples.push(value);
  }
  const values = new Float64Array(samples.length);
  for (const [index, sample] of samples.entries()) {
    if (sample === 'stale') markStale(values, index);
    else values[index] = sample;
  }
  return { labels, timestamps: Float64Array.from(timestamps), values };
}

/** How many staleness markers there are. */
export function countStale(dataset: readonly SeriesData[]): number {
  return dataset.reduce((sum, { values }) => {
    const array = values as Float64Array;
    return sum + array.filter((_, index) => isStale(array, index)).length;
  }, 0);
}
