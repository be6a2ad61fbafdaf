import type Anthropic from '@anthropic-ai/sdk';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import type { Scenario } from '../../../test/contracts/ai/contract.ts';
import { collect, describeResponse } from '../../../test/contracts/ai/outcome.ts';

const model = 'claude-sonnet-4-5';
const messages = [{ role: 'user' as const, content: 'Where is my order?' }];
const params = { model, messages, max_tokens: 100 };
const input = countInput(messages);
const output = countWords(answerTo('Where is my order?'));
const usage = { inputTokens: input, outputTokens: output, cachedInputTokens: 0, serviceTier: 'standard' };
const chat = { provider: 'anthropic', model, operation: 'chat', usage };
const stream = { ...chat, stream: true };
const begun = { inputTokens: input, outputTokens: 1, partial: true };
const asked = (directives: string): object => ({ headers: { 'x-model-server': directives } });
const everything = {
  inputTokens: input + 50 + 30 + 20,
  outputTokens: output + 11,
  cachedInputTokens: 50,
  cacheWriteTokens: 50,
  cacheWrite1hTokens: 20,
  serviceTier: 'priority',
};
const cached = asked('cached=50,cache-write=30,cache-write-1h=20,reasoning=11,tier=priority');

/** Every style that Anthropic's SDK has, in both of its majors. */
export const anthropicScenarios: readonly Scenario<Anthropic>[] = [
  { name: 'a message', ask: (client) => client.messages.create(params), calls: [chat] },
  {
    name: 'what was read from the cache and written to it',
    ask: (client) => client.messages.create(params, cached),
    calls: [{ ...chat, usage: everything }],
  },
  {
    name: 'the same in a stream',
    ask: async (client) => collect(await client.messages.create({ ...params, stream: true }, cached)),
    calls: [{ ...stream, usage: everything }],
  },
  {
    name: 'a message with its response',
    async ask(client) {
      const { data, response, request_id } = await client.messages.create(params).withResponse();
      return { data, request_id, response: describeResponse(response) };
    },
    calls: [chat],
  },
  {
    name: 'the response alone',
    async ask(client) {
      const response = await client.messages.create(params).asResponse();
      return { response: describeResponse(response), body: await response.json() };
    },
    calls: [chat],
  },
  {
    name: 'a stream that is iterated',
    ask: async (client) => collect(await client.messages.create({ ...params, stream: true })),
    calls: [stream],
  },
  {
    name: 'a stream helper',
    async ask(client) {
      const helper = client.messages.stream(params);
      const texts: string[] = [];
      helper.on('text', (text) => texts.push(text));
      return { final: await helper.finalMessage(), texts, id: helper.request_id };
    },
    calls: [stream],
  },
  {
    name: 'a stream that is teed',
    async ask(client) {
      const [left, right] = (await client.messages.create({ ...params, stream: true })).tee();
      return Promise.all([collect(left), collect(right)]);
    },
    calls: [stream],
  },
  {
    name: 'a stream as a readable stream',
    async ask(client) {
      const made = await client.messages.create({ ...params, stream: true });
      return new Response(made.toReadableStream() as ReadableStream).text();
    },
    calls: [stream],
  },
  {
    name: 'a tool runner',
    ask: async (client) =>
      client.beta.messages.toolRunner(
        {
          ...params,
          tools: [
            {
              name: 'look_up',
              description: 'Looks up an order',
              input_schema: { type: 'object' as const, properties: {} },
              run: async () => 'The order is packed',
              parse: (given: unknown) => given,
            } as never,
          ],
        },
        asked('tool'),
      ),
    calls: [
      { ...chat, usage: { inputTokens: input, outputTokens: 9 } },
      { ...chat, usage: {} },
    ],
  },
  {
    name: 'a break out of a stream',
    async ask(client) {
      const made = await client.messages.create({ ...params, stream: true }, asked('pace=2'));
      for await (const event of made) if (event.type === 'content_block_delta') return event;
      return undefined;
    },
    calls: [{ ...stream, usage: begun, aborted: true, servedModel: model }],
  },
  {
    name: 'a stream helper that is aborted',
    async ask(client) {
      const helper = client.messages.stream(params, asked('pace=2'));
      helper.once('text', () => helper.abort());
      return helper.finalMessage();
    },
    calls: [{ ...stream, usage: begun, aborted: true, servedModel: model }],
  },
  {
    name: 'a stream whose connection breaks',
    ask: async (client) => collect(await client.messages.create({ ...params, stream: true }, asked('drop=6'))),
    calls: [{ ...stream, usage: begun, error: 'TypeError', servedModel: model }],
  },
  {
    name: 'an error inside a stream',
    ask: async (client) => collect(await client.messages.create({ ...params, stream: true }, asked('stream-error'))),
    calls: [{ ...stream, usage: begun, error: 'overloaded_error', servedModel: model, firstToken: false }],
  },
  {
    name: 'retries that succeed',
    ask: (client) => client.messages.create(params, asked('fail=429:2')),
    calls: [{ ...chat, attempts: 3 }],
  },
  {
    name: 'retries that do not',
    ask: (client) => client.messages.create(params, asked('fail=500')),
    calls: [{ ...chat, usage: undefined, attempts: 3, error: 'api_error' }],
  },
  {
    name: 'a timeout',
    ask: (client) => client.messages.create(params, { ...asked('hang'), timeout: 20, maxRetries: 1 }),
    calls: [{ ...chat, usage: undefined, attempts: 2, error: 'TimeoutError' }],
  },
  {
    name: 'a client made by withOptions',
    ask: (client) => client.withOptions({ maxRetries: 1 }).messages.create(params, asked('fail=500')),
    calls: [{ ...chat, usage: undefined, attempts: 2, error: 'api_error' }],
  },
  {
    name: 'a body that is no JSON',
    ask: (client) => client.messages.create(params, asked('malformed')),
    calls: [{ ...chat, usage: undefined, servedModel: undefined }],
  },
];
