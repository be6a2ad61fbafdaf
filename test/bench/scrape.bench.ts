import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMonitor, DEFAULT_BUCKETS } from '@telltale/core';
import promClient from 'prom-client';
import { atLeast, atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { interleave, quantile, ratio, type Timing, type Variant } from './rounds.ts';

const buckets = [...DEFAULT_BUCKETS];
/** With 14 buckets a histogram's series has 17 lines: 15 buckets with +Inf, sum and count. */
const LINES_PER_HISTOGRAM = buckets.length + 3;
const HISTOGRAMS = 4_000;
const COUNTERS = 100_000 - HISTOGRAMS * LINES_PER_HISTOGRAM;
const labelNames = ['method', 'route', 'status_code'] as const;
const counterOptions = { name: 'bench_total', help: 'Counts.', labelNames };
const histogramOptions = { name: 'bench_seconds', help: 'Times.', labelNames, buckets };

/** A variant that scrapes; `lines` is what the latest scrape held. */
interface Scraper extends Variant {
  lines(): number;
}

/** One operation is a whole scrape of 100,000 lines, as the bytes that go into the response. */
export const bench: Bench = {
  title: 'Scrape of 100,000 lines',
  async run() {
    const scrapers = [telltale(), prom()];
    const timings = await interleave(scrapers, { rounds: 15, roundMs: 1, warmUpMs: 600 });
    for (const scraper of scrapers) expectEqual(`lines from ${scraper.name}`, scraper.lines(), 100_000);
    const stalls: number[][] = [];
    for (const scraper of scrapers) stalls.push(await longestStalls(scraper, 15));
    const [ours, peer] = timings as [Timing, Timing];
    const [ourStalls] = stalls as [number[]];
    return {
      rows: timingRows(timings, 'ms', ours).map((row, i) => ({
        ...row,
        'stall, median ms': quantile(stalls[i]!, 0.5),
        'stall, worst ms': quantile(stalls[i]!, 1),
      })),
      goals: [
        atLeast(8, 'a scrape at least 8 times cheaper than prom-client', ratio(peer, ours)),
        atMost(
          20,
          'the event loop held for at most 20 ms (median of the longest stall of each scrape)',
          quantile(ourStalls, 0.5),
        ),
      ],
    };
  },
};

/** The longest time that the event loop was held during each of `times` scrapes, in milliseconds. */
async function longestStalls(scraper: Scraper, times: number): Promise<number[]> {
  const stalls: number[] = [];
  for (let i = 0; i < times; i++) {
    globalThis.gc?.();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(10);
    await scraper.run(1);
    await sleep(10);
    delay.disable();
    stalls.push(delay.max / 1e6);
  }
  return stalls;
}

function telltale(): Scraper {
  const monitor = createMonitor({
    serviceName: 'bench',
    registry: new promClient.Registry(),
    defaultMetrics: false,
    logDestination: '/dev/null',
    seriesLimit: 100_000,
  });
  fill(monitor.instruments.counter(counterOptions), monitor.instruments.histogram(histogramOptions));
  let body: Buffer;
  return {
    name: 'telltale',
    async run(count) {
      for (let i = 0; i < count; i++) {
        const chunks: Buffer[] = [];
        for await (const text of monitor.scrape()) chunks.push(Buffer.from(text));
        body = Buffer.concat(chunks);
      }
    },
    lines: () => linesOf(body),
  };
}

function prom(): Scraper {
  const register = new promClient.Registry();
  register.setDefaultLabels({ service: 'bench' });
  const registers = [register];
  fill(
    new promClient.Counter({ ...counterOptions, registers }),
    new promClient.Histogram({ ...histogramOptions, registers }),
  );
  let body: Buffer;
  return {
    name: 'prom-client',
    async run(count) {
      for (let i = 0; i < count; i++) body = Buffer.from(await register.metrics());
    },
    lines: () => linesOf(body),
  };
}

interface Fillable<M extends 'inc' | 'observe'> {
  labels(...values: readonly [string, string, string]): { readonly [K in M]: (value: number) => void };
}

function fill(counter: Fillable<'inc'>, histogram: Fillable<'observe'>): void {
  for (let i = 0; i < COUNTERS; i++) counter.labels('GET', `/things/${i}/:id`, '200').inc(i);
  for (let i = 0; i < HISTOGRAMS; i++) {
    const series = histogram.labels('GET', `/things/${i}/:id`, '200');
    for (let k = 0; k < 10; k++) series.observe(((i * 7 + k * 131) % 12_000) / 1000);
  }
}

/** The lines with values of the two metrics; a monitor has some of its own beside them. */
function linesOf(body: Buffer): number {
  return body.toString().match(/^bench_/gm)?.length ?? 0;
}
