import { once } from 'node:events';
import { createRequire } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { monitorRedis } from '@telltale/cache';
import { Context, createMonitor, enterContext, type Monitor } from '@telltale/core';
import promClient from 'prom-client';
import { createClient } from 'redis';
import { startRedis } from '../servers/redis.ts';
import { LogFiles } from './log-files.ts';
import { atMost, type Bench, expectEqual, timingRows } from './report.ts';
import { added, interleave, type Variant } from './rounds.ts';

/** So many commands of one request are under way at a time. */
const AT_ONCE = 20;

const files = new LogFiles();
const require = createRequire(import.meta.url);

interface Getter {
  get(key: string): Promise<string | null>;
}

/** One operation is a GET that hits. */
export const bench: Bench = {
  title: 'A GET of Redis (twenty at a time)',
  async run() {
    const server = await startRedis({ own: true });
    const endings: (() => void)[] = [];
    try {
      const open = async (ioredis = loadIoredis()) => {
        const client = new ioredis.Redis(server.url);
        endings.push(() => client.disconnect());
        await once(client, 'ready');
        return client;
      };
      const openNodeRedis = async () => {
        const client = createClient({ url: server.url });
        client.on('error', () => {});
        endings.push(() => client.destroy());
        await client.connect();
        return client;
      };
      const bare = await open();
      for (let i = 0; i < 100; i++) await bare.set(`user:${i}`, `The value of ${i}`);
      const [ours, oursNodeRedis] = [monitor('ioredis'), monitor('node-redis')];
      const spans = new CountedSpans();
      const timings = await interleave(
        [
          gets('bare ioredis', bare),
          gets('telltale, ioredis', monitorRedis(await open(), { monitor: ours })),
          gets('OpenTelemetry, ioredis', await open(loadInstrumentedIoredis(spans))),
          gets('bare node-redis', await openNodeRedis()),
          gets('telltale, node-redis', monitorRedis(await openNodeRedis(), { monitor: oursNodeRedis })),
        ],
        { rounds: 60, roundMs: 25, warmUpMs: 600 },
      );
      expectEqual('hits counted', await hitsOf(ours), timings[1]!.operations);
      expectEqual('hits counted of node-redis', await hitsOf(oursNodeRedis), timings[4]!.operations);
      expectEqual('spans of commands', spans.gets, timings[2]!.operations);

      const [bareTiming, ourTiming, otelTiming, bareNodeRedis] = timings;
      const peers = [bareTiming, bareTiming, bareTiming, bareNodeRedis, bareNodeRedis];
      return {
        rows: timingRows(timings, 'µs', bareTiming!).map((row, i) => ({
          ...row,
          'added µs': added(timings[i]!, peers[i]!),
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
      for (const end of endings) end();
      await server.stop();
      files.remove();
    }
  },
};

function gets(name: string, client: Getter): Variant {
  return {
    name,
    async run(count) {
      for (let done = 0; done < count; done += AT_ONCE) {
        const request = new Context('c0ffee', { kind: 'http', name: '/users/:id' }, undefined, undefined, undefined);
        await enterContext(request, async () => {
          const replies: Promise<string | null>[] = [];
          for (let i = done; i < Math.min(done + AT_ONCE, count); i++) replies.push(client.get(`user:${i % 100}`));
          for (const reply of await Promise.all(replies)) if (reply === null) throw new Error('A GET found nothing.');
        });
      }
    },
  };
}

/** As a service in production has it. */
function monitor(file: string): Monitor {
  const registry = new promClient.Registry();
  const logDestination = files.path(file);
  return createMonitor({
    serviceName: 'bench',
    registry,
    logDestination,
    defaultMetrics: false,
    environment: 'production',
  });
}

async function hitsOf(own: Monitor): Promise<number> {
  let text = '';
  for await (const chunk of own.scrape()) text += chunk;
  return Number(/^cache_hits_total\{[^}]*prefix="user"[^}]*\} (\d+)$/m.exec(text)?.[1]);
}

/** A copy of ioredis of its own: instrumentation patches prototypes. */
function loadIoredis(): typeof import('ioredis') {
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]node_modules[\\/]ioredis[\\/]/.test(path)) delete require.cache[path];
  }
  return require('ioredis');
}

function loadInstrumentedIoredis(spans: CountedSpans): typeof import('ioredis') {
  const nowhere = { export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 0 }) };
  const exporter = { ...nowhere, shutdown: async () => {} };
  const tracerProvider = new TracerProvider({ spanProcessors: [spans, new BatchSpanProcessor({ exporter })] });
  // Within a request there is always a parent.
  const instrumentations = [new IORedisInstrumentation({ requireParentSpan: false })];
  registerInstrumentations({ instrumentations, tracerProvider });
  return loadIoredis();
}

/** Counts the spans of GETs: a batch drops what comes too fast. */
class CountedSpans implements SpanProcessor {
  gets = 0;

  onStart(): void {}

  onEnd({ name }: { readonly name: string }): void {
    if (name === 'get') this.gets++;
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
