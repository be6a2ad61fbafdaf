import { metrics, context as otelContext, propagation, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Context, createMonitor, enterContext, type Monitor } from '@telltale/core';
import { monitorQueue, monitorWorker } from '@telltale/queue';
import { type ConnectionOptions, Queue, type Telemetry, Worker } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import promClient from 'prom-client';
import { StoredContext, TraceParent } from '../contracts/queue/otel.ts';
import { startRedis } from '../servers/redis.ts';
import { LogFiles } from './log-files.ts';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { added, interleave, type Variant } from './rounds.ts';

/** Jobs that are in hand at once; more of them would be measured by their queueing. */
const CONCURRENCY = 10;

const files = new LogFiles();

/** One operation is a job: added by `add`, taken, its processor run, completed. Redis is a process of its own. */
export const bench: Bench = {
  title: 'A job of BullMQ 6 (ioredis), from add to completed',
  async run() {
    const redis = await startRedis();
    const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
    const open: { close(): Promise<void> }[] = [];
    let stopOtel = async (): Promise<void> => {};
    try {
      const { exported, dropped, stop } = useOtel();
      stopOtel = stop;
      const ours = monitorOf('telltale');
      const quiet = monitorOf('telltale-quiet');
      const variants = [
        await jobs('bare BullMQ', connection, open),
        await jobs('telltale, metrics and log', connection, open, { monitor: ours }),
        await jobs('telltale, metrics alone', connection, open, { monitor: quiet, jobLog: false }),
        await jobs('bullmq-otel, spans made JSON, metrics', connection, open, { telemetry: exported.telemetry }),
        await jobs('bullmq-otel, spans thrown away', connection, open, { telemetry: dropped.telemetry }),
      ];
      const timings = await interleave(variants, { rounds: 60, roundMs: 50, warmUpMs: 1_000 });
      expectEqual('jobs counted', await completed(ours), timings[1]!.operations);
      expectEqual('jobs counted without a log', await completed(quiet), timings[2]!.operations);
      await ours.close();
      files.check('telltale', timings[1]!.operations);
      expectEqual('spans of jobs, made JSON', exported.spans.processed, timings[3]!.operations);
      expectEqual('spans of jobs, thrown away', dropped.spans.processed, timings[4]!.operations);

      const [bare, our, , otel, least] = timings;
      const extra = (timing: typeof our) => added(timing!, bare!);
      const against = (timing: typeof our, what: string) =>
        atMost(
          1 / 3,
          `adds at most a third of what bullmq-otel adds, ${what} (${extra(our).toFixed(1)} of ${extra(timing).toFixed(1)} µs; × of it)`,
          extra(our) / extra(timing),
        );
      return {
        rows: timingRows(timings, 'µs', bare!).map((row, i) => ({ ...row, 'added µs': extra(timings[i]) })),
        goals: [against(otel, 'spans made JSON, metrics on'), against(least, 'spans thrown away')],
      };
    } finally {
      await Promise.all(open.map((each) => each.close()));
      await stopOtel();
      await redis.stop();
      files.remove();
    }
  },
};

interface Watching {
  readonly monitor?: Monitor;
  readonly jobLog?: boolean;
  readonly telemetry?: Telemetry;
}

async function jobs(
  name: string,
  connection: ConnectionOptions,
  open: { close(): Promise<void> }[],
  { monitor, jobLog = true, telemetry }: Watching = {},
): Promise<Variant> {
  const queueName = `bench-${process.pid}-${name.replaceAll(/\W+/g, '-')}`;
  const options = { connection, ...(telemetry && { telemetry }) };
  const queue = new Queue(queueName, { ...options, defaultJobOptions: { removeOnComplete: true } });
  let wanted = 0;
  let allDone = (): void => {};
  const worker = new Worker(queueName, async (job) => job.data, { ...options, concurrency: CONCURRENCY });
  worker.on('completed', () => {
    if (--wanted === 0) allDone();
  });
  if (monitor !== undefined) {
    monitorQueue(queue, { monitor, depth: false });
    monitorWorker(worker, { monitor, jobLog, depth: false });
  }
  open.push(worker, queue);
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  const add = () => queue.add('order', { order: 4711, items: ['a', 'b'] });
  return {
    name,
    run: async (count) => {
      wanted = count;
      const done = new Promise<void>((resolve) => (allDone = resolve));
      for (let left = count; left > 0; left -= CONCURRENCY) {
        const adding = Array.from({ length: Math.min(CONCURRENCY, left) }, () =>
          // In a request, in each variant alike.
          enterContext(new Context('c0ffee', { kind: 'http', name: '/orders' }, undefined, undefined, undefined), add),
        );
        await Promise.all(adding);
      }
      await done;
    },
  };
}

function monitorOf(name: string): Monitor {
  return createMonitor(
    {
      serviceName: 'bench',
      registry: new promClient.Registry(),
      logDestination: files.path(name),
      defaultMetrics: false,
    },
    {},
  );
}

async function completed({ instruments }: Monitor): Promise<number> {
  const { values } = await instruments.registry.getSingleMetric('queue_jobs_processed_total').get();
  return values
    .filter(({ labels }: { labels: { status: string } }) => labels.status === 'completed')
    .reduce((sum: number, { value }: { value: number }) => sum + value, 0);
}

/** A telemetry of bullmq-otel, and the spans that it made of jobs. */
interface Otel {
  readonly telemetry: Telemetry;
  readonly spans: CountedSpans;
}

/**
 * One as a service has it that sends traces and metrics: every span becomes JSON, and nothing is sent. The other makes its spans for nobody; most of them are dropped when the batch is full.
 */
function useOtel(): { readonly exported: Otel; readonly dropped: Otel; stop(): Promise<void> } {
  propagation.setGlobalPropagator(new TraceParent());
  otelContext.setGlobalContextManager(new StoredContext());
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  metrics.setGlobalMeterProvider(meters);
  const make = (processor: SpanProcessor, enableMetrics: boolean): Otel => {
    const spans = new CountedSpans();
    trace.disable();
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [spans, processor] }));
    return { spans, telemetry: new BullMQOtel({ tracerName: 'bench', meterName: 'bench', enableMetrics }) };
  };
  const serialised = batches((spans) => spans.forEach(asJson), 65_536, 100);
  const nowhere = batches(() => {});
  return {
    exported: make(serialised, true),
    dropped: make(nowhere, false),
    async stop() {
      await Promise.all([serialised.shutdown(), nowhere.shutdown(), meters.shutdown()]);
    },
  };
}

function asJson(span: ReadableSpan): string {
  const { name, kind, attributes, events, status, startTime, endTime } = span;
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  return JSON.stringify({ traceId, spanId, parent, name, kind, startTime, endTime, attributes, events, status });
}

function batches(
  take: (spans: ReadableSpan[]) => void,
  maxQueueSize?: number,
  scheduledDelayMillis?: number,
): BatchSpanProcessor {
  const exporter: SpanExporter = {
    export(spans, done) {
      take(spans);
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
  return new BatchSpanProcessor({
    exporter,
    ...(maxQueueSize !== undefined && { maxQueueSize, maxExportBatchSize: 512 }),
    ...(scheduledDelayMillis !== undefined && { scheduledDelayMillis }),
  });
}

/** Counts them when they end: a batch may drop some. */
class CountedSpans implements SpanProcessor {
  processed = 0;

  onStart(): void {}

  onEnd({ name }: ReadableSpan): void {
    if (name.startsWith('process ')) this.processed++;
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
