import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { monitorOpenAI } from '@telltale/ai';
import { createMonitor } from '@telltale/core';
import promClient from 'prom-client';
import { loadOpenAI6, OpenAI } from '../../packages/ai/test/openai-sdks.ts';
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

/** One operation is one call. What a streamed piece adds is what a stream of them adds, by their number. */
export const bench: Bench = {
  title: `Model calls: a chat, and a stream of ${PIECES} pieces (openai 7, and openai 6 where OpenTelemetry has no other)`,
  async run() {
    const monitor = createMonitor(
      { registry: new promClient.Registry(), defaultMetrics: false, logDestination: '/dev/null' },
      {},
    );
    // OpenTelemetry's instrumentation supports versions below 7; it patches the class, so it gets a copy of its own.
    const OpenAI6 = loadOpenAI6();
    const Patched6 = loadOpenAI6();
    patch(Patched6, '6.49.0');
    const make = (Class: typeof OpenAI): OpenAI =>
      new Class({ apiKey: 'none', fetch: answer, baseURL: 'https://api.openai.com/v1' });
    const clients: readonly (readonly [string, OpenAI])[] = [
      ['openai 7', make(OpenAI)],
      ['openai 7 + telltale', monitorOpenAI(make(OpenAI), { monitor })],
      ['openai 6', make(OpenAI6)],
      ['openai 6 + telltale', monitorOpenAI(make(OpenAI6), { monitor })],
      ['openai 6 + OpenTelemetry', make(Patched6)],
    ];
    const chats = await interleave(
      clients.map(([name, client]) => chat(name, client)),
      { rounds: 40 },
    );
    const streams = await interleave(
      clients.map(([name, client]) => streamed(name, client)),
      { rounds: 40 },
    );
    const rows = clients.map(([name], i) => row(name, chats, streams, i, name.startsWith('openai 7') ? 0 : 2));
    await monitor.close();
    return { rows, goals: [] };
  },
};

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

function chat(name: string, client: OpenAI): Variant {
  return {
    name,
    async run(count) {
      let words = 0;
      for (let i = 0; i < count; i++) {
        const made = await client.chat.completions.create({ model: 'gpt-4o-mini', messages: MESSAGES });
        if (made.choices[0]!.message.content === 'It is on its way.') words++;
      }
      expectEqual(`answers of ${name}`, words, count);
    },
  };
}

function streamed(name: string, client: OpenAI): Variant {
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
      expectEqual(`pieces of ${name}`, pieces, count * PIECES);
    },
  };
}

function patch(Class: typeof OpenAI, version: string): void {
  const instrumentation = new OpenAIInstrumentation();
  // It does not survive without instruments of its own.
  instrumentation.setMeterProvider(new MeterProvider());
  instrumentation.setTracerProvider(new TracerProvider());
  const { _modules } = instrumentation as unknown as {
    _modules: { patch(exports: object, version: string): void }[];
  };
  _modules[0]!.patch({ OpenAI: Class }, version);
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
