import OpenAI from 'openai';
import OpenAI6 from 'openai6';
import { aiContract } from '../../../test/contracts/ai/contract.ts';
import { openaiScenarios } from '../test/openai-scenarios.ts';
import { monitorOpenAI } from './openai.ts';

/** Nothing in a request tells how often it was sent before. */
const defaultHeaders = { 'X-Stainless-Retry-Count': null };
const model = 'gpt-4o-mini';
const messages = [{ role: 'user' as const, content: 'Hello' }];

aiContract(
  { name: 'openai 7', create: (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }), monitor: monitorOpenAI },
  openaiScenarios,
);
aiContract(
  {
    name: 'openai 7 that does not tell of its retries',
    create: (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', defaultHeaders, maxRetries: 1 }),
    monitor: monitorOpenAI,
  },
  [
    {
      name: 'retries that are used up',
      ask: (client) =>
        client.chat.completions.create({ model, messages }, { headers: { 'x-model-server': 'fail=500' } }),
      calls: [{ model, operation: 'chat', attempts: 2, error: 'api_error' }],
    },
  ],
);
aiContract(
  {
    name: 'openai 6',
    create: (url) => new OpenAI6({ baseURL: `${url}/v1`, apiKey: 'none' }) as unknown as OpenAI,
    monitor: monitorOpenAI,
  },
  openaiScenarios,
);
