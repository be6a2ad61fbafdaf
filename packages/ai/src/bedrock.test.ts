import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { expect } from 'vitest';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import { aiContract, type Scenario } from '../../../test/contracts/ai/contract.ts';
import { collect } from '../../../test/contracts/ai/outcome.ts';
import { monitorBedrock } from './bedrock.ts';

const question = 'Where is my order?';
const modelId = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const messages = [{ role: 'user' as const, content: [{ text: question }] }];
const input = countInput(messages);
const usage = { inputTokens: input, outputTokens: countWords(answerTo(question)) };
const chat = { provider: 'aws', model: modelId, operation: 'chat', usage, servedModel: undefined };
const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages });
const invoked = { ...chat, servedModel: modelId };
/** Directives travel in the model's name. */
const asked = (directives: string): string => `${modelId}#${directives}`;

const scenarios: readonly Scenario<BedrockRuntimeClient>[] = [
  {
    name: 'Converse',
    async ask(client) {
      const { output, usage, stopReason, $metadata } = await client.send(new ConverseCommand({ modelId, messages }));
      return { output, usage, stopReason, attempts: $metadata.attempts };
    },
    calls: [chat],
  },
  {
    name: 'what was read from the cache and written to it',
    ask: async (client) => {
      const modelId = asked('cached=20,cache-write=10');
      return (await client.send(new ConverseCommand({ modelId, messages }))).usage;
    },
    calls: [
      {
        ...chat,
        model: asked('cached=20,cache-write=10'),
        usage: { ...usage, inputTokens: input + 30, cachedInputTokens: 20, cacheWriteTokens: 10 },
      },
    ],
  },
  {
    name: 'ConverseStream',
    async ask(client) {
      const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }));
      return collect(stream!);
    },
    calls: [{ ...chat, stream: true }],
  },
  {
    name: 'a break out of ConverseStream',
    async ask(client) {
      const { stream } = await client.send(new ConverseStreamCommand({ modelId: asked('pace=2'), messages }));
      for await (const event of stream!) if (event.contentBlockDelta) return event;
      return undefined;
    },
    calls: [{ ...chat, model: asked('pace=2'), stream: true, usage: undefined, aborted: true }],
  },
  {
    name: 'InvokeModel',
    async ask(client) {
      const { body: answer, contentType } = await client.send(new InvokeModelCommand({ modelId, body }));
      return { answer: answer.transformToString(), contentType, type: answer.constructor.name };
    },
    calls: [invoked],
  },
  {
    name: 'InvokeModelWithResponseStream',
    async ask(client) {
      const { body: events } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
      return (await collect(events!)).map(({ chunk }) => Buffer.from(chunk!.bytes!).toString());
    },
    calls: [{ ...invoked, stream: true }],
  },
  {
    name: 'retries that succeed',
    ask: async (client) => {
      const modelId = asked('fail=500:2');
      return (await client.send(new ConverseCommand({ modelId, messages }))).usage;
    },
    calls: [{ ...chat, model: asked('fail=500:2'), attempts: 3 }],
  },
  {
    name: 'a failure',
    ask: (client) => client.send(new ConverseCommand({ modelId: asked('fail=400'), messages })),
    calls: [{ ...chat, model: asked('fail=400'), usage: undefined, error: expect.any(String) }],
  },
];

aiContract(
  {
    name: '@aws-sdk/client-bedrock-runtime 3',
    http2: true,
    create: (url) =>
      new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: url,
        credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      }),
    monitor: monitorBedrock,
  },
  scenarios,
);
