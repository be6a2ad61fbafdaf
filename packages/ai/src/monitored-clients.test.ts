import OpenAI, { AzureOpenAI } from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../../examples/shop/src/model-server/start-model-server.ts';
import { RecordingObserver } from '../../../test/contracts/ai/recording-observer.ts';
import { monitorOpenAI } from './openai.ts';
import { unmonitorAI } from './wire/instrumented.ts';
import { providerAt } from './wire/provider-hosts.ts';

const messages = [{ role: 'user' as const, content: 'Hello' }];
const model = 'gpt-4o-mini';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const client = (): OpenAI => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });

it('returns the client that it was given, with the keys that it had', () => {
  const given = client();
  const keys = Object.keys(given);
  expect(monitorOpenAI(given, { observer: new RecordingObserver() })).toBe(given);
  expect(Object.keys(given)).toEqual(keys);
});

it('observes a client once, however often it is asked to', async () => {
  const observer = new RecordingObserver();
  const watched = monitorOpenAI(monitorOpenAI(client(), { observer }), { observer });
  await watched.chat.completions.create({ model, messages });
  await watched.withOptions({ timeout: 5_000 }).chat.completions.create({ model, messages });
  expect(observer.calls).toHaveLength(2);
  expect(observer.calls.every(({ ends }) => ends.length === 1)).toBe(true);
});

it('leaves the client as it was when it is told to', async () => {
  const observer = new RecordingObserver();
  const given = client();
  const before = Object.getOwnPropertyDescriptors(given);
  monitorOpenAI(given, { observer });
  unmonitorAI(given);
  expect(Object.getOwnPropertyDescriptors(given)).toEqual(before);
  await given.chat.completions.create({ model, messages });
  expect(observer.calls).toHaveLength(0);
});

it('leaves what the caller gave as it was, though it asks for the usage of a stream', async () => {
  const observer = new RecordingObserver();
  const params = Object.freeze({ model, messages, stream: true as const });
  for await (const _ of await monitorOpenAI(client(), { observer }).chat.completions.create(params));
  expect(params).toEqual({ model, messages, stream: true });
  expect(observer.calls[0]!.ends[0]!.usage).toMatchObject({ inputTokens: 5 });
});

it('asks no stream for its usage where it is told not to', async () => {
  const observer = new RecordingObserver();
  const watched = monitorOpenAI(client(), { observer, streamUsage: 'never' });
  for await (const _ of await watched.chat.completions.create({ model, messages, stream: true }));
  expect(observer.calls[0]!.ends).toEqual([{ usage: undefined, servedModel: model, httpStatus: 200 }]);
});

it('calls Azure by its name and asks its streams for nothing', async () => {
  const observer = new RecordingObserver();
  const azure = new AzureOpenAI({
    endpoint: 'https://shop.openai.azure.com',
    apiVersion: '2024-10-21',
    apiKey: 'none',
    deployment: 'my-deployment',
    fetch: (input, init) => fetch(String(input).replace('https://shop.openai.azure.com/openai', server.url), init),
  });
  const watched = monitorOpenAI(azure, { observer });
  await watched.chat.completions.create({ model, messages });
  expect(observer.calls[0]).toMatchObject({ start: { provider: 'azure', model }, ends: [{ httpStatus: 200 }] });
});

it('keeps prompts and answers only where they are wanted', async () => {
  const observer = new RecordingObserver({ recordsContent: true });
  const watched = monitorOpenAI(client(), { observer });
  const { choices } = await watched.chat.completions.create({ model, messages });
  let streamed = '';
  for await (const chunk of await watched.chat.completions.create({ model, messages, stream: true })) {
    streamed += chunk.choices[0]?.delta.content ?? '';
  }
  const told = observer.calls.map(({ start, ends }) => [start.prompt, ends[0]!.completion]);
  expect(told).toEqual([
    ['Hello', choices[0]!.message.content],
    ['Hello', streamed],
  ]);
  const silent = new RecordingObserver();
  await monitorOpenAI(client(), { observer: silent }).chat.completions.create({ model, messages });
  expect(silent.calls[0]!.start.prompt).toBeUndefined();
  expect(silent.calls[0]!.ends[0]).not.toHaveProperty('completion');
});

it('cancels the request of a stream that was dropped unread, as without us', async () => {
  const observer = new RecordingObserver();
  const controller = new AbortController();
  await monitorOpenAI(client(), { observer })
    .chat.completions.create(
      { model, messages, stream: true },
      { headers: { 'x-model-server': 'pace=5,words=2000' }, signal: controller.signal },
    )
    .asResponse();
  controller.abort();
  await observer.settled();
  expect(observer.calls[0]!.ends).toMatchObject([{ aborted: true }]);
});

it('refuses what is no client, and options that it does not know', () => {
  expect(() => monitorOpenAI({})).toThrow('[telltale] [openai] monitorOpenAI was not given a client');
  // @ts-expect-error the option does not exist
  expect(() => monitorOpenAI(client(), { providr: 'openai' })).toThrow('provider');
});

it('knows who answers at an address', () => {
  const known = {
    'https://api.openai.com/v1': 'openai',
    'https://shop.openai.azure.com/openai': 'azure',
    'https://openrouter.ai/api/v1': 'openrouter',
    'https://api.groq.com/openai/v1': 'groq',
    'https://api.together.xyz/v1': 'together',
    'https://api.fireworks.ai/inference/v1': 'fireworks',
    'https://api.deepseek.com': 'deepseek',
    'https://api.x.ai/v1': 'x-ai',
    'https://api.perplexity.ai': 'perplexity',
    'https://api.mistral.ai/v1': 'mistral',
    'https://generativelanguage.googleapis.com/v1beta/openai': 'google',
    'https://europe-west1-aiplatform.googleapis.com/v1': 'google',
    'https://bedrock-runtime.us-east-1.amazonaws.com': 'aws',
    'http://localhost:11434/v1': 'ollama',
    'http://127.0.0.1:8000/v1': 'vllm',
    'http://localhost:1234/v1': 'lmstudio',
    'http://ollama:11434/v1': 'ollama',
    'http://localhost:3999/v1': 'local',
  };
  for (const [address, provider] of Object.entries(known))
    expect([address, providerAt(address)]).toEqual([address, provider]);
  expect(providerAt('https://models.example.com')).toBeUndefined();
  expect(providerAt('https://api.openai.com.example.com')).toBeUndefined();
  expect(providerAt('no address')).toBeUndefined();
});
