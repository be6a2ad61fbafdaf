import { context as otelContext } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { aiOptions, configureAI, monitorOpenAI } from '@telltale/ai';
import { createMonitor, type Monitor, resolveConfig } from '@telltale/core';
import promClient from 'prom-client';
import { loadOpenAI6, OpenAI } from '../../packages/ai/test/openai-sdks.ts';
import { StoredContext } from '../contracts/queue/otel.ts';
import { LogFiles } from './log-files.ts';
import { type Bench, expectEqual, type Row } from './report.ts';
import { added, interleave, quantile, type Timing, type Variant } from './rounds.ts';

const PIECES = 200;
const MESSAGES = [{ role: 'user' as const, content: 'Where is my order?' }];

/** The client's own work, and ours: no server and no socket, so that nothing else is measured. */
const answers = { whole: whole(), stream: stream() };
const answer = async (_: unknown, init?: RequestInit): Promise<Response> => {
  const streams = String(init?.body).includes('"stream":true');
  return streams
    ? new Response(inPieces(answers.stream), { headers: { 'content-type': 'text/event-stream' } })
    : new Response(answers.whole, { headers: { 'content-type': 'application/json' } });
};

const files = new LogFiles();

/** A client, and what is left to be done for what was observed of it, which is paid for within each round. */
interface Client {
  readonly name: string;
  readonly client: OpenAI;
  readonly flush?: () => void | Promise<void>;
}

/**
 * One operation is one call. What a streamed piece adds is what a stream of them adds, by their number.
 *
 * - telltale: metrics, cost, and one line for each call, written to a file.
 * - telltale, metrics alone: the same without the line.
 * - OpenTelemetry: its metrics; its spans through a batch processor, and every batch made OTLP in protobuf, as its
 *   exporter does. Sending that is left out, and so is the receiver. It knows no prices.
 */
export const bench: Bench = {
  title: `Model calls: a chat, and a stream of ${PIECES} pieces (openai 7, and openai 6 where OpenTelemetry has no other)`,
  async run() {
    const logging = monitorFor('log', true);
    const quiet = monitorFor('metrics', false);
    const flush = (): void => logging.flush();
    // OpenTelemetry's instrumentation supports versions below 7; it patches the class, so it gets a copy of its own.
    const OpenAI6 = loadOpenAI6();
    const Patched6 = loadOpenAI6();
    const otel = patch(Patched6, '6.49.0');
    const make = (Class: typeof OpenAI): OpenAI =>
      new Class({ apiKey: 'none', fetch: answer, baseURL: 'https://api.openai.com/v1' });
    const clients: readonly Client[] = [
      { name: 'openai 7', client: make(OpenAI) },
      { name: 'openai 7 + telltale', client: monitorOpenAI(make(OpenAI), { monitor: logging }), flush },
      { name: 'openai 6', client: make(OpenAI6) },
      { name: 'openai 6 + telltale', client: monitorOpenAI(make(OpenAI6), { monitor: logging }), flush },
      { name: 'openai 6 + telltale, metrics alone', client: monitorOpenAI(make(OpenAI6), { monitor: quiet }) },
      { name: 'openai 6 + OpenTelemetry', client: make(Patched6), flush: otel.flush },
    ];
    const chats = await interleave(clients.map(chat), { rounds: 40 });
    const streams = await interleave(clients.map(streamed), { rounds: 40 });
    const made = (at: number): number => chats[at]!.operations + streams[at]!.operations;
    expectEqual('spans of OpenTelemetry', otel.exported(), made(5));
    files.check('log', made(1) + made(3));
    const rows = clients.map(({ name }, i) => row(name, chats, streams, i, name.startsWith('openai 7') ? 0 : 2));
    await Promise.all([logging.close(), quiet.close(), otel.stop()]);
    files.remove();
    return { rows, goals: [] };
  },
};

function monitorFor(name: string, logAICalls: boolean): Monitor {
  const logDestination = files.path(name);
  const monitor = createMonitor({ registry: new promClient.Registry(), defaultMetrics: false, logDestination }, {});
  configureAI(monitor, resolveConfig(aiOptions, { logAICalls }, {}));
  return monitor;
}

function row(name: string, chats: readonly Timing[], streams: readonly Timing[], at: number, bare: number): Row {
  const more = (timings: readonly Timing[]): number => (at === bare ? 0 : added(timings[at]!, timings[bare]!));
  return {
    variant: name,
    'chat µs': quantile(chats[at]!.samples, 0.5),
    'chat + µs': more(chats),
    'stream µs': quantile(streams[at]!.samples, 0.5),
    'stream + µs': more(streams),
    'piece + µs': more(streams) / PIECES,
  };
}

function chat({ name, client, flush }: Client): Variant {
  return {
    name,
    async run(count) {
      let words = 0;
      for (let i = 0; i < count; i++) {
        const made = await client.chat.completions.create({ model: 'gpt-4o-mini', messages: MESSAGES });
        if (made.choices[0]!.message.content === 'It is on its way.') words++;
      }
      await flush?.();
      expectEqual(`answers of ${name}`, words, count);
    },
  };
}

function streamed({ name, client, flush }: Client): Variant {
  return {
    name,
    async run(count) {
      let pieces = 0;
      for (let i = 0; i < count; i++) {
        const stream = await client.chat.completions.create({
          model: 'gpt-4o-mini',
          messages: MESSAGES,
          stream: true,
          stream_options: { include_usage: true },
        });
        for await (const { choices } of stream) if (choices[0]?.delta.content) pieces++;
      }
      await flush?.();
      expectEqual(`pieces of ${name}`, pieces, count * PIECES);
    },
  };
}

function patch(Class: typeof OpenAI, version: string) {
  let spans = 0;
  const exporter = {
    export(batch: ReadableSpan[], done: (result: { code: number }) => void): void {
      if (ProtobufTraceSerializer.serializeRequest(batch)?.length) spans += batch.length;
      done({ code: 0 });
    },
    shutdown: async (): Promise<void> => {},
  };
  // Room for a whole round: nothing is dropped, and every span is paid for.
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: 65_536, maxExportBatchSize: 512 });
  const collected = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: collected })] });
  otelContext.setGlobalContextManager(new StoredContext());
  const instrumentation = new OpenAIInstrumentation();
  instrumentation.setMeterProvider(meters);
  instrumentation.setTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
  const { _modules } = instrumentation as unknown as {
    _modules: { patch(exports: object, version: string): void }[];
  };
  _modules[0]!.patch({ OpenAI: Class }, version);
  return {
    exported: () => spans,
    flush: () => processor.forceFlush(),
    stop: () => Promise.all([processor.shutdown(), meters.shutdown()]),
  };
}

function whole(): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, message: { role: 'assistant', content: 'It is on its way.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 8, completion_tokens: 5, total_tokens: 13 },
  });
}

function stream(): Uint8Array[] {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', ...fields })}\n\n`;
  const choice = (delta: object): object => ({ choices: [{ index: 0, delta, finish_reason: null }], usage: null });
  const events = Array.from({ length: PIECES }, (_, i) => chunk(choice({ content: `word${i} ` })));
  const usage = { prompt_tokens: 8, completion_tokens: PIECES, total_tokens: 8 + PIECES };
  const all = [chunk(choice({ role: 'assistant' })), ...events, chunk({ choices: [], usage }), 'data: [DONE]\n\n'];
  return all.map((event) => new TextEncoder().encode(event));
}

/** A body as fetch has one: a stream of bytes, each piece by itself. */
function inPieces(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const piece = pieces[at++];
      if (piece === undefined) controller.close();
      else controller.enqueue(piece.slice());
    },
  });
}
