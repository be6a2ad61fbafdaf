import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { type Context as OtelContext, context as otelContext, ROOT_CONTEXT } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Context, createMonitor, enterContext, type Monitor } from '@telltale/core';
import { monitorPool } from '@telltale/database';
import type { Pool } from 'pg';
import promClient from 'prom-client';
import { startTestDatabase } from '../servers/postgres.ts';
import { LogFiles } from './log-files.ts';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { added, interleave, type Variant } from './rounds.ts';

const QUERY = 'SELECT id, customer, total FROM orders WHERE id = $1';
/** So many queries belong to one request. */
const PER_REQUEST = 5;

const files = new LogFiles();
const require = createRequire(import.meta.url);

/** One operation is a query of one row by a pool, one at a time. */
export const bench: Bench = {
  title: 'A query of Postgres (pg, one at a time)',
  async run() {
    const database = await startTestDatabase();
    const pools: Pool[] = [];
    const open = (pg = loadPg()): Pool => {
      const pool = new pg.Pool({ connectionString: database.url, max: 1 });
      pools.push(pool);
      return pool;
    };
    try {
      const bare = open();
      await bare.query('CREATE TABLE orders (id int PRIMARY KEY, customer text, total numeric)');
      await bare.query(`INSERT INTO orders SELECT n, 'Ada', n * 1.5 FROM generate_series(1, 100) n`);
      const ours = monitorOf('telltale', 'INFO');
      const debugging = monitorOf('telltale-debug', 'DEBUG');
      const spans = new CountedSpans();
      const variants = [
        queries('bare pg', bare),
        queries('telltale, metrics and log', monitorPool(open(), { monitor: ours })),
        queries('telltale, a line for each query', monitorPool(open(), { monitor: debugging })),
        queries('OpenTelemetry pg', open(loadInstrumentedPg(spans))),
      ];
      const timings = await interleave(variants, { rounds: 60, roundMs: 25, warmUpMs: 600 });
      expectEqual('queries counted', await countOf(ours), timings[1]!.operations);
      expectEqual('queries counted with a log line', await countOf(debugging), timings[2]!.operations);
      expectEqual('spans of queries', spans.queries, timings[3]!.operations);
      await debugging.close();
      files.check('telltale-debug', timings[2]!.operations);

      const [bareTiming, ourTiming, , otelTiming] = timings;
      return {
        rows: timingRows(timings, 'µs', bareTiming!).map((row, i) => ({
          ...row,
          'added µs': added(timings[i]!, bareTiming!),
        })),
        goals: [
          atMost(
            0.25,
            "adds at most a quarter of what OpenTelemetry's instrumentation adds (× of it)",
            added(ourTiming!, bareTiming!) / added(otelTiming!, bareTiming!),
          ),
        ],
      };
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.stop();
      files.remove();
    }
  },
};

function queries(name: string, pool: Pool): Variant {
  return {
    name,
    async run(count) {
      for (let done = 0; done < count; done += PER_REQUEST) {
        const request = new Context('c0ffee', { kind: 'http', name: '/orders/:id' }, undefined, undefined, undefined);
        await enterContext(request, async () => {
          for (let i = done; i < Math.min(done + PER_REQUEST, count); i++) {
            const { rows } = await pool.query(QUERY, [1 + (i % 100)]);
            if (rows.length !== 1) throw new Error('A query gave no row.');
          }
        });
      }
    },
  };
}

/** As a service in production has it: logger on, exemplars on. */
function monitorOf(file: string, logLevel: 'INFO' | 'DEBUG'): Monitor {
  const registry = new promClient.Registry();
  const logDestination = files.path(file);
  return createMonitor({
    serviceName: 'bench',
    registry,
    logDestination,
    logLevel,
    defaultMetrics: false,
    environment: 'production',
  });
}

async function countOf(monitor: Monitor): Promise<number> {
  let text = '';
  for await (const chunk of monitor.scrape()) text += chunk;
  return Number(/^database_queries_total\{[^}]*table="orders"[^}]*\} (\d+)$/m.exec(text)?.[1]);
}

/** A copy of pg of its own: instrumentation patches prototypes. */
function loadPg(): typeof import('pg') {
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]node_modules[\\/]pg(-pool)?[\\/]/.test(path)) delete require.cache[path];
  }
  return require('pg');
}

function loadInstrumentedPg(spans: CountedSpans): typeof import('pg') {
  otelContext.setGlobalContextManager(new ContextManager());
  const tracerProvider = new TracerProvider({ spanProcessors: [spans, new BatchSpanProcessor({ exporter: NOWHERE })] });
  registerInstrumentations({ instrumentations: [new PgInstrumentation()], tracerProvider });
  return loadPg();
}

/** Takes what the batches bring, as a collector would. */
const NOWHERE: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
};

/** Counts the spans of queries: a batch drops what comes too fast. */
class CountedSpans implements SpanProcessor {
  queries = 0;

  onStart(): void {}

  onEnd({ name }: ReadableSpan): void {
    if (name.startsWith('pg.query')) this.queries++;
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

/** What OpenTelemetry's package for Node does, in short. */
class ContextManager {
  readonly #storage = new AsyncLocalStorage<OtelContext>();

  active(): OtelContext {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: OtelContext,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(context, () => fn.call(self as never, ...args));
  }

  bind<T>(context: OtelContext, target: T): T {
    if (typeof target !== 'function') return target;
    return ((...args: unknown[]) => this.#storage.run(context, () => target(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}
