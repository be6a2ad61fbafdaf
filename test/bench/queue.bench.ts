import { metrics, context as otelContext, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
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
/** Of each variant, before any is measured: the first would otherwise warm up what all of them share. */
const WARM_UP_JOBS = 3_000;

/** Adds a job within a request. */
type Within = (add: () => Promise<unknown>) => Promise<unknown>;

const inOurRequest: Within = (add) => {
  const origin = { kind: 'http', name: '/orders' } as const;
  return enterContext(
    new Context('0197f3a2-6c1e-7b54-9d20-3f1c58a7e6b4', origin, undefined, undefined, undefined),
    add,
  );
};

const inTracedRequest: Within = (add) => {
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  return otelContext.with(trace.setSpanContext(ROOT_CONTEXT, span), add);
};

const files = new LogFiles();

/**
 * One operation is a job: added by `add` within a request, taken, its processor run, completed. Redis is a process of its
 * own. Each job carries the request's context to its processor, in all variants but the first:
 *
 * - bare: within a Telltale context that nobody reads.
 * - telltale, metrics and log: its counts and histograms, one line for each job, written to a file.
 * - telltale, metrics alone: the same without the line.
 * - bullmq-otel, as it is deployed: its metrics; its three spans of a job through a batch processor, and every batch
 *   serialised as OpenTelemetry's exporter does by default (OTLP in protobuf over HTTP). Sending that is left out.
 * - bullmq-otel, to JSON: the same with the other format of OTLP, which is cheaper here.
 * - bullmq-otel, the least that it can do: no metrics, and its spans are made for nobody. What it costs to trace at all.
 */
export const bench: Bench = {
  title: 'A job of BullMQ 6 (ioredis), from add to completed',
  async run() {
    const redis = await startRedis();
    const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
    const open: { close(): Promise<void> }[] = [];
    let stopOtel = async (): Promise<void> => {};
    try {
      const { exported, asJson, dropped, stop } = useOtel();
      stopOtel = stop;
      const ours = monitorOf('telltale');
      const quiet = monitorOf('telltale-quiet');
      const variants = [
        await jobs('bare BullMQ', connection, open),
        await jobs('telltale, metrics and log', connection, open, { monitor: ours }),
        await jobs('telltale, metrics alone', connection, open, { monitor: quiet, jobLog: false }),
        await jobs('bullmq-otel, as it is deployed', connection, open, exported),
        await jobs('bullmq-otel, to JSON', connection, open, asJson),
        await jobs('bullmq-otel, the least it can do', connection, open, dropped),
      ];
      for (const { run } of variants) await run(WARM_UP_JOBS);
      const timings = await interleave(variants, { rounds: 80, roundMs: 50, warmUpMs: 500 });
      const done = timings.map(({ operations }) => operations + WARM_UP_JOBS);
      expectEqual('jobs counted', await completed(ours), done[1]);
      expectEqual('jobs counted without a log', await completed(quiet), done[2]);
      await ours.close();
      files.check('telltale', done[1]!);
      // The last spans end after the last job is said to be completed.
      await exported.flush();
      await asJson.flush();
      expectEqual('spans of jobs, made protobuf', exported.exporter.processed, done[3]);
      expectEqual('spans of jobs, made JSON', asJson.exporter.processed, done[4]);

      const [bare, our, , otel] = timings;
      const extra = (timing: typeof our) => added(timing!, bare!);
      return {
        rows: timingRows(timings, 'µs', bare!).map((row, i) => ({ ...row, 'added µs': extra(timings[i]) })),
        goals: [
          atMost(
            1 / 3,
            `adds at most a third of what bullmq-otel adds (${extra(our).toFixed(1)} of ${extra(otel).toFixed(1)} µs; × of it)`,
            extra(our) / extra(otel),
          ),
        ],
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
  /** Does what waits in batches, so that it is not paid by the next variant. */
  readonly flush?: () => Promise<void>;
}

async function jobs(
  name: string,
  connection: ConnectionOptions,
  open: { close(): Promise<void> }[],
  { monitor, jobLog = true, telemetry, flush }: Watching = {},
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
  const within = telemetry === undefined ? inOurRequest : inTracedRequest;
  return {
    name,
    run: async (count) => {
      wanted = count;
      const done = new Promise<void>((resolve) => (allDone = resolve));
      for (let left = count; left > 0; left -= CONCURRENCY) {
        const adding = Array.from({ length: Math.min(CONCURRENCY, left) }, () => within(add));
        await Promise.all(adding);
      }
      await done;
      await flush?.();
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

/** A telemetry of bullmq-otel, and where its spans go. */
interface Otel {
  readonly telemetry: Telemetry;
  readonly exporter: OtlpExporter;
  flush(): Promise<void>;
}

function useOtel(): { readonly exported: Otel; readonly asJson: Otel; readonly dropped: Otel; stop(): Promise<void> } {
  propagation.setGlobalPropagator(new TraceParent());
  otelContext.setGlobalContextManager(new StoredContext());
  const collected = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: collected })] });
  metrics.setGlobalMeterProvider(meters);
  const processors: BatchSpanProcessor[] = [];
  const make = (serialise: (spans: ReadableSpan[]) => void, enableMetrics: boolean): Otel => {
    const exporter = new OtlpExporter(serialise);
    // Room for a whole round: nothing is dropped, and every span is paid for.
    const processor = new BatchSpanProcessor({ exporter, maxQueueSize: 65_536, maxExportBatchSize: 512 });
    processors.push(processor);
    trace.disable();
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
    const telemetry = new BullMQOtel({ tracerName: 'bench', meterName: 'bench', enableMetrics });
    return { telemetry, exporter, flush: () => processor.forceFlush() };
  };
  return {
    exported: make(serialiseWith(ProtobufTraceSerializer), true),
    asJson: make(serialiseWith(JsonTraceSerializer), true),
    dropped: make(() => {}, false),
    async stop() {
      await Promise.all([...processors.map((each) => each.shutdown()), meters.shutdown()]);
    },
  };
}

function serialiseWith(serialiser: typeof JsonTraceSerializer): (spans: ReadableSpan[]) => void {
  return (spans) => {
    if (!serialiser.serializeRequest(spans)?.length) throw new Error('The spans were not made OTLP.');
  };
}

/** Makes what an exporter would send, and sends it nowhere. */
class OtlpExporter implements SpanExporter {
  /** Spans of processors. */
  processed = 0;
  readonly #serialise: (spans: ReadableSpan[]) => void;

  constructor(serialise: (spans: ReadableSpan[]) => void) {
    this.#serialise = serialise;
  }

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    this.#serialise(spans);
    for (const { name } of spans) if (name.startsWith('process ')) this.processed++;
    done({ code: 0 });
  }

  async shutdown(): Promise<void> {}
}
