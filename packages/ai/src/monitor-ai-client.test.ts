import Anthropic from '@anthropic-ai/sdk';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import Anthropic0 from 'anthropic-sdk0';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai2';
import { Mistral as Mistral1 } from 'mistralai1';
import OpenAI, { AzureOpenAI } from 'openai';
import OpenAI6 from 'openai6';
import { expect, it } from 'vitest';
import { RecordingObserver } from '../../../test/contracts/ai/recording-observer.ts';
import { monitorAIClient } from './monitor-ai-client.ts';
import { isInstrumented } from './wire/instrumented.ts';

const apiKey = 'none';
const azure = { apiKey, endpoint: 'https://shop.openai.azure.com', apiVersion: '2024-10-21' };
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
const options = () => ({ observer: new RecordingObserver() });

it.each<[string, object]>([
  ['openai 7', new OpenAI({ apiKey })],
  ['openai 6', new OpenAI6({ apiKey })],
  ['AzureOpenAI', new AzureOpenAI(azure)],
  ['@anthropic-ai/sdk 1', new Anthropic({ apiKey })],
  ['@anthropic-ai/sdk 0', new Anthropic0({ apiKey })],
  ['@google/genai 3', new GoogleGenAI({ apiKey })],
  ['@google/genai 2', new GoogleGenAI2({ apiKey })],
  ['@mistralai/mistralai 2', new Mistral({ apiKey })],
  ['@mistralai/mistralai 1', new Mistral1({ apiKey })],
  ['@aws-sdk/client-bedrock-runtime 3', new BedrockRuntimeClient({ region: 'us-east-1', credentials })],
])('observes a client of %s and returns it', (_, client) => {
  expect(monitorAIClient(client, options())).toBe(client);
  expect(isInstrumented(client)).toBe(true);
});

it.each<[string, object]>([
  ['a language model', { modelId: 'm', provider: 'acme', doGenerate: async () => ({}), doStream: async () => ({}) }],
  ['an embedding model', { modelId: 'm', provider: 'acme', doEmbed: async () => ({}) }],
  ['a reranking model', { modelId: 'm', provider: 'acme', doRerank: async () => ({}) }],
])('observes %s of the AI SDK', (_, model) => {
  expect(isInstrumented(monitorAIClient(model, options())!)).toBe(true);
});

it('asks a client in the protocol that it has', async () => {
  const fetch = async (): Promise<Response> => Response.json({ model: 'served', content: [], choices: [] });
  const observer = new RecordingObserver();
  const openai = monitorAIClient(new OpenAI({ apiKey, fetch }), { observer })!;
  const anthropic = monitorAIClient(new Anthropic({ apiKey, fetch }), { observer })!;
  await openai.chat.completions.create({ model: 'gpt-4o', messages: [] });
  await anthropic.messages.create({ model: 'claude', messages: [], max_tokens: 1 });
  expect(observer.calls.map(({ start }) => start.provider)).toEqual(['openai', 'anthropic']);
});

it('leaves alone what is none of theirs', () => {
  for (const thing of [{}, { chat: {} }, { messages: {} }, { middlewareStack: {}, config: { serviceId: 'S3' } }]) {
    expect(monitorAIClient(thing, options())).toBeUndefined();
  }
});
