import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import successor from '@prometheus-io/client';
import { createMonitor, DEFAULT_BUCKETS } from '@telltale/core';
import promClient from 'prom-client';
import { atLeast, atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { interleave, ratio, type Timing, type Variant } from './rounds.ts';

const labelNames = ['method', 'route', 'status_code'] as const;
const buckets = [...DEFAULT_BUCKETS];
const counterOptions = { name: 'bench_total', help: 'Counts.', labelNames };
const histogramOptions = { name: 'bench_seconds', help: 'Times.', labelNames, buckets };

/** What a service of some size has: 5 methods × 12 routes × 4 statuses, in no order. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ROUTES = Array.from({ length: 12 }, (_, i) => `/api/v1/things${i}/:id`);
const STATUSES = ['200', '201', '404', '500'];
const LABEL_SETS = Array.from({ length: 256 }, (_, i) => {
  const n = (i * 97) % 240;
  return { method: METHODS[n % 5]!, route: ROUTES[Math.floor(n / 5) % 12]!, status: STATUSES[Math.floor(n / 60)]! };
});
const SECONDS = Array.from({ length: 256 }, (_, i) => ((i * 37) % 256) / 400);

/** A variant that can say how much it has counted. */
interface Counted extends Variant {
  total(): number | Promise<number>;
}

/** One operation is one request counted and timed: the label sets looked up, `inc`, `observe`. */
export const bench: Bench = {
  title: 'Instruments: labels(a, b, c) + inc + observe',
  async run() {
    const variants: Counted[] = [telltale(), held(), floor(), prom('prom-client', promClient)];
    variants.push(prom('@prometheus-io/client', successor as unknown as typeof promClient), openTelemetry());
    const timings = await interleave(variants, { rounds: 40 });
    for (const [i, variant] of variants.entries()) {
      expectEqual(variant.name, await variant.total(), timings[i]!.operations);
    }
    const [ours, ourHandles, bare, peer] = timings as [Timing, Timing, Timing, Timing];
    return {
      rows: timingRows(timings, 'ns', ours),
      goals: [
        atLeast(15, 'labels + inc + observe at least 15 times cheaper than prom-client', ratio(peer, ours)),
        atMost(2, 'a held handle within twice the bare typed arrays', ratio(ourHandles, bare)),
      ],
    };
  },
};

function ourInstruments() {
  const { instruments } = createMonitor({
    registry: new promClient.Registry(),
    defaultMetrics: false,
    logDestination: '/dev/null',
  });
  return { counter: instruments.counter(counterOptions), histogram: instruments.histogram(histogramOptions) };
}

function telltale(): Counted {
  const { counter, histogram } = ourInstruments();
  return {
    name: 'telltale',
    run(count) {
      for (let i = 0; i < count; i++) {
        const { method, route, status } = LABEL_SETS[i & 255]!;
        counter.labels(method, route, status).inc();
        histogram.labels(method, route, status).observe(SECONDS[i & 255]!);
      }
    },
    total: () => counter.series.reduce((sum, { value }) => sum + value, 0),
  };
}

function held(): Counted {
  const { counter, histogram } = ourInstruments();
  const requests = counter.labels('GET', '/', '200');
  const duration = histogram.labels('GET', '/', '200');
  return {
    name: 'telltale, handles held',
    run(count) {
      for (let i = 0; i < count; i++) {
        requests.inc();
        duration.observe(SECONDS[i & 255]!);
      }
    },
    total: () => duration.count,
  };
}

/** What the held handles are measured against: the same arithmetic with nothing round it. */
function floor(): Counted {
  const bounds = Float64Array.from(buckets);
  const cells = new Float64Array(bounds.length + 3);
  return {
    name: 'bare typed arrays',
    run(count) {
      for (let i = 0; i < count; i++) {
        cells[0]! += 1;
        const value = SECONDS[i & 255]!;
        let bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
        cells[1 + bucket]! += 1;
        cells[bounds.length + 2]! += value;
      }
    },
    total: () => cells[0]!,
  };
}

function prom(name: string, client: typeof promClient): Counted {
  const registers = [new client.Registry()];
  const counter = new client.Counter({ ...counterOptions, registers });
  const histogram = new client.Histogram({ ...histogramOptions, registers });
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) {
        const { method, route, status } = LABEL_SETS[i & 255]!;
        counter.labels(method, route, status).inc();
        histogram.labels(method, route, status).observe(SECONDS[i & 255]!);
      }
    },
    total: async () => (await counter.get()).values.reduce((sum, { value }) => sum + value, 0),
  };
}

function openTelemetry(): Counted {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench');
  const counter = meter.createCounter('bench_total');
  const histogram = meter.createHistogram('bench_seconds', { advice: { explicitBucketBoundaries: buckets } });
  return {
    name: 'OpenTelemetry metrics',
    run(count) {
      for (let i = 0; i < count; i++) {
        const { method, route, status } = LABEL_SETS[i & 255]!;
        const attributes = { method, route, status_code: status };
        counter.add(1, attributes);
        histogram.record(SECONDS[i & 255]!, attributes);
      }
    },
    async total() {
      const { resourceMetrics } = await reader.collect();
      const [counts] = resourceMetrics.scopeMetrics[0]!.metrics;
      return counts!.dataPoints.reduce((sum, { value }) => sum + (value as number), 0);
    },
  };
}
