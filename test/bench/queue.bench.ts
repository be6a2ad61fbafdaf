import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context as OtelContext, context as otelContext, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { createMonitor, type Monitor, runWithContext } from '@telltale/core';
import { monitorQueue, monitorWorker } from '@telltale/queue';
import { type ConnectionOptions, Queue, type Telemetry, Worker } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import promClient from 'prom-client';
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
    try {
      const spans = useOtel();
      const ours = monitorOf('telltale');
      const variants = [
        await jobs('bare BullMQ', connection, open),
        await jobs('telltale, metrics and log', connection, open, { monitor: ours }),
        await jobs('bullmq-otel', connection, open, { telemetry: new BullMQOtel({ tracerName: 'bench' }) }),
      ];
      const timings = await interleave(variants, { rounds: 60, roundMs: 60, warmUpMs: 1_500 });
      expectEqual('jobs counted', await completed(ours), timings[1]!.operations);
      await ours.close();
      files.check('telltale', timings[1]!.operations);
      expectEqual('spans of jobs', spans.processed, timings[2]!.operations);

      const [bare, our, otel] = timings;
      const share = added(our!, bare!) / added(otel!, bare!);
      const extra = (timing: typeof our) => added(timing!, bare!).toFixed(1);
      return {
        rows: timingRows(timings, 'µs', bare!),
        goals: [
          atMost(
            1 / 3,
            `added to a job, as a share of what bullmq-otel adds (${extra(our)} of ${extra(otel)} µs)`,
            share,
          ),
        ],
      };
    } finally {
      await Promise.all(open.map((each) => each.close()));
      await redis.stop();
      files.remove();
    }
  },
};

interface Watching {
  readonly monitor?: Monitor;
  readonly telemetry?: Telemetry;
}

async function jobs(
  name: string,
  connection: ConnectionOptions,
  open: { close(): Promise<void> }[],
  { monitor, telemetry }: Watching = {},
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
    monitorWorker(worker, { monitor, depth: false });
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
          // A request, as there mostly is one where a job is added; bullmq-otel has its root span.
          monitor === undefined ? add() : runWithContext({ origin: { kind: 'http', name: '/orders' } }, add),
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

/** Exports nothing: what is measured is the making of spans, and batching them as a service would. */
class CountedSpans implements SpanExporter {
  processed = 0;

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    done({ code: 0 });
    void spans;
  }

  async shutdown(): Promise<void> {}
}

function useOtel(): CountedSpans {
  const exporter = new CountedSpans();
  const provider = new TracerProvider({ spanProcessors: [counting(exporter), new BatchSpanProcessor({ exporter })] } as never);
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  otelContext.setGlobalContextManager(new StoredContext());
  return exporter;
}

function counting(spans: CountedSpans) {
  return {
    onStart() {},
    onEnd(span: ReadableSpan) {
      if (span.name.startsWith('process ')) spans.processed++;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}

/** OpenTelemetry's own context manager for Node, in short. */
class StoredContext {
  readonly #storage = new AsyncLocalStorage<OtelContext>();

  active(): OtelContext {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...values: A) => ReturnType<F>>(
    context: OtelContext,
    fn: F,
    self?: ThisParameterType<F>,
    ...values: A
  ): ReturnType<F> {
    return this.#storage.run(context, () => fn.call(self as never, ...values));
  }

  bind<T>(_context: OtelContext, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}
