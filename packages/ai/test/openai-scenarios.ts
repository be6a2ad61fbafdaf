import type OpenAI from 'openai';
import { z } from 'zod';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import type { Scenario } from '../../../test/contracts/ai/contract.ts';
import { collect, describeResponse } from '../../../test/contracts/ai/outcome.ts';

const model = 'gpt-4o-mini';
const messages = [{ role: 'user' as const, content: 'Where is my order?' }];
const input = countInput(messages);
const output = countWords(answerTo('Where is my order?'));
const spoken = { inputTokens: input, outputTokens: output, serviceTier: 'default' };
const chat = { model, operation: 'chat', usage: spoken };
const stream = { ...chat, stream: true };
const asked = (directives: string): object => ({ headers: { 'x-model-server': directives } });
const responsesInput = countInput('Where is my order?');

const parameters = z.object({ id: z.number() });

/** Every style that OpenAI's SDK has, in both of its majors. */
export const openaiScenarios: readonly Scenario<OpenAI>[] = [
  {
    name: 'a chat',
    ask: (client) => client.chat.completions.create({ model, messages }),
    calls: [{ ...chat, provider: 'local' }],
  },
  {
    name: 'cached and reasoning tokens and the tier that served',
    ask: (client) => client.chat.completions.create({ model, messages }, asked('cached=64,reasoning=20,tier=priority')),
    calls: [
      {
        ...chat,
        usage: {
          inputTokens: 64,
          outputTokens: output + 20,
          cachedInputTokens: 64,
          reasoningTokens: 20,
          serviceTier: 'priority',
        },
      },
    ],
  },
  {
    name: 'a chat with its response',
    async ask(client) {
      const { data, response, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
      return {
        data,
        request_id,
        own: Object.getOwnPropertyDescriptor(data, '_request_id'),
        response: describeResponse(response),
      };
    },
    calls: [chat],
  },
  {
    name: 'the response alone',
    async ask(client) {
      const response = await client.chat.completions.create({ model, messages }).asResponse();
      const described = describeResponse(response);
      const twin = response.clone();
      return { described, twin: describeResponse(twin), body: await response.json(), again: await twin.text() };
    },
    calls: [chat],
  },
  {
    name: 'structured output',
    async ask(client) {
      const response_format = {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
      };
      const made = await client.chat.completions.parse({ model, messages, response_format });
      return made.choices[0]!.message;
    },
    calls: [{ ...chat, usage: { inputTokens: input } }],
  },
  {
    name: 'a tool runner',
    async ask(client) {
      const runner = client.chat.completions.runTools(
        {
          model,
          messages,
          tools: [
            {
              type: 'function',
              function: {
                name: 'look_up',
                description: 'Looks up an order',
                parameters: { type: 'object', properties: { id: { type: 'number' } } },
                parse: (text: string) => parameters.parse(JSON.parse(text)),
                function: ({ id }: { id: number }) => `Order ${id} is packed`,
              },
            },
          ],
        },
        asked('tool'),
      );
      return { said: await runner.finalContent(), messages: runner.messages };
    },
    calls: [
      { ...chat, usage: { inputTokens: input, outputTokens: 9 } },
      { ...chat, usage: {} },
    ],
  },
  {
    name: 'a stream that is iterated',
    async ask(client) {
      return collect(await client.chat.completions.create({ model, messages, stream: true }));
    },
    calls: [stream],
  },
  {
    name: 'a stream that asks for its usage itself',
    async ask(client) {
      const stream_options = { include_usage: true };
      return collect(await client.chat.completions.create({ model, messages, stream: true, stream_options }));
    },
    calls: [stream],
  },
  {
    name: 'a stream with its response',
    async ask(client) {
      const { data, response, request_id } = await client.chat.completions
        .create({ model, messages, stream: true })
        .withResponse();
      return { described: describeResponse(response), request_id, chunks: await collect(data) };
    },
    calls: [stream],
  },
  {
    name: "a stream's bytes",
    async ask(client) {
      const response = await client.chat.completions.create({ model, messages, stream: true }).asResponse();
      return response.text();
    },
    calls: [stream],
  },
  {
    name: 'a stream helper',
    async ask(client) {
      const helper = client.chat.completions.stream({ model, messages });
      const deltas: string[] = [];
      helper.on('content', (delta) => deltas.push(delta));
      return { final: await helper.finalChatCompletion(), deltas };
    },
    calls: [stream],
  },
  {
    name: 'a stream as a readable stream',
    async ask(client) {
      const made = await client.chat.completions.create({ model, messages, stream: true });
      const decoder = new TextDecoder();
      const chunks = await collect(made.toReadableStream() as unknown as AsyncIterable<Uint8Array>);
      return chunks.map((chunk) => decoder.decode(chunk));
    },
    calls: [stream],
  },
  {
    name: 'a stream that is teed',
    async ask(client) {
      const [left, right] = (await client.chat.completions.create({ model, messages, stream: true })).tee();
      return Promise.all([collect(left), collect(right)]);
    },
    calls: [stream],
  },
  {
    name: 'a break out of a stream',
    async ask(client) {
      const made = await client.chat.completions.create({ model, messages, stream: true }, asked('pace=2'));
      for await (const chunk of made) if (chunk.choices[0]?.delta.content) return chunk;
      return undefined;
    },
    calls: [{ ...stream, usage: undefined, aborted: true, servedModel: model }],
  },
  {
    name: 'an abort of a stream',
    async ask(client) {
      const controller = new AbortController();
      const made = await client.chat.completions.create(
        { model, messages, stream: true },
        { ...asked('pace=2'), signal: controller.signal },
      );
      let chunks = 0;
      for await (const { choices } of made) if (choices[0]?.delta.content && ++chunks === 2) controller.abort();
      return chunks;
    },
    calls: [{ ...stream, usage: undefined, aborted: true, servedModel: model, error: undefined }],
  },
  {
    name: 'an abort before there is an answer',
    async ask(client) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      return client.chat.completions.create({ model, messages }, { ...asked('hang'), signal: controller.signal });
    },
    calls: [{ ...chat, usage: undefined, aborted: true, error: 'AbortError' }],
  },
  {
    name: 'a stream whose connection breaks',
    async ask(client) {
      return collect(await client.chat.completions.create({ model, messages, stream: true }, asked('drop=4')));
    },
    calls: [{ ...stream, usage: undefined, error: 'TypeError', servedModel: model }],
  },
  {
    name: 'an error inside a stream',
    async ask(client) {
      return collect(await client.chat.completions.create({ model, messages, stream: true }, asked('stream-error')));
    },
    calls: [{ ...stream, usage: undefined, error: 'server_error', servedModel: model, firstToken: false }],
  },
  {
    name: 'retries that succeed',
    ask: (client) => client.chat.completions.create({ model, messages }, asked('fail=429:2')),
    calls: [{ ...chat, attempts: 3 }],
  },
  {
    name: 'retries that do not',
    ask: (client) => client.chat.completions.create({ model, messages }, asked('fail=500')),
    calls: [{ ...chat, usage: undefined, attempts: 3, error: 'api_error' }],
  },
  {
    name: 'no retries where the call wants none',
    ask: (client) => client.chat.completions.create({ model, messages }, { ...asked('fail=429'), maxRetries: 0 }),
    calls: [{ ...chat, usage: undefined, error: 'rate_limit_error' }],
  },
  {
    name: 'a timeout',
    ask: (client) =>
      client.chat.completions.create({ model, messages }, { ...asked('hang'), timeout: 20, maxRetries: 1 }),
    calls: [{ ...chat, usage: undefined, attempts: 2, error: 'TimeoutError' }],
  },
  {
    name: 'a body that is no JSON',
    ask: (client) => client.chat.completions.create({ model, messages }, asked('malformed')),
    calls: [{ ...chat, usage: undefined, servedModel: undefined }],
  },
  {
    name: 'a response',
    ask: (client) => client.responses.create({ model, input: 'Where is my order?' }, asked('cached=64,reasoning=7')),
    calls: [
      {
        model,
        operation: 'responses',
        usage: { inputTokens: 64, outputTokens: output + 7, cachedInputTokens: 64, reasoningTokens: 7 },
      },
    ],
  },
  {
    name: 'a response that is streamed',
    async ask(client) {
      return collect(await client.responses.create({ model, input: 'Where is my order?', stream: true }));
    },
    calls: [
      { model, operation: 'responses', stream: true, usage: { inputTokens: responsesInput, outputTokens: output } },
    ],
  },
  {
    name: 'the stream helper of responses',
    async ask(client) {
      const helper = client.responses.stream({ model, input: 'Where is my order?' });
      return helper.finalResponse();
    },
    calls: [
      { model, operation: 'responses', stream: true, usage: { inputTokens: responsesInput, outputTokens: output } },
    ],
  },
  {
    name: 'embeddings',
    ask: (client) => client.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'another text'] }),
    calls: [{ model: 'text-embedding-3-small', operation: 'embeddings', usage: { inputTokens: 4, outputTokens: 0 } }],
  },
  {
    name: 'embeddings of a megabyte',
    async ask(client) {
      const { data, usage } = await client.embeddings.create({
        model: 'text-embedding-3-small',
        input: Array.from({ length: 100 }, (_, i) => `text ${i}`),
        dimensions: 2048,
      });
      return { usage, length: data.length, last: data.at(-1)!.embedding.length };
    },
    calls: [
      {
        model: 'text-embedding-3-small',
        operation: 'embeddings',
        usage: { inputTokens: 200, outputTokens: 0 },
      },
    ],
  },
  {
    name: 'images by tokens',
    ask: (client) => client.images.generate({ model: 'gpt-image-1', prompt: 'a boot', n: 2 }),
    calls: [
      {
        model: 'gpt-image-1',
        operation: 'images',
        usage: { inputTokens: 2, outputTokens: 544, images: 2 },
        servedModel: undefined,
      },
    ],
  },
  {
    name: 'speech',
    async ask(client) {
      const response = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Good morning' });
      const blob = await response.blob();
      return { response: describeResponse(response), type: blob.type, size: blob.size };
    },
    calls: [
      {
        model: 'tts-1',
        operation: 'speech',
        usage: { characters: 12 },
        firstToken: true,
        servedModel: undefined,
      },
    ],
  },
  {
    name: 'a transcription by the second',
    ask: (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: new File([new Uint8Array(64)], 'a.mp3') }),
    calls: [
      {
        model: 'whisper-1',
        operation: 'transcription',
        usage: { audioSeconds: 9 },
        servedModel: undefined,
      },
    ],
  },
  {
    name: 'a transcription by tokens',
    ask: (client) =>
      client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: new File([new Uint8Array(64)], 'a.mp3') }),
    calls: [
      {
        model: 'gpt-4o-transcribe',
        operation: 'transcription',
        usage: { inputTokens: 14, audioInputTokens: 14 },
        servedModel: undefined,
      },
    ],
  },
  {
    name: 'moderation',
    ask: (client) => client.moderations.create({ model: 'omni-moderation-latest', input: 'Good morning' }),
    calls: [{ model: 'omni-moderation-latest', operation: 'moderation' }],
  },
  {
    name: 'a client made by withOptions',
    ask: (client) =>
      client.withOptions({ maxRetries: 1 }).chat.completions.create({ model, messages }, asked('fail=500')),
    calls: [{ ...chat, usage: undefined, attempts: 2, error: 'api_error' }],
  },
  {
    name: 'what asks no model',
    ask: (client) =>
      client.models.list().then(
        () => 'listed',
        () => 'refused',
      ),
    calls: [],
  },
];
