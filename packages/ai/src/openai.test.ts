import OpenAI from 'openai';
import OpenAI6 from 'openai6';
import { aiContract } from '../../../test/contracts/ai/contract.ts';
import { openaiScenarios } from '../test/openai-scenarios.ts';
import { monitorOpenAI } from './openai.ts';

aiContract(
  { name: 'openai 7', create: (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }), monitor: monitorOpenAI },
  openaiScenarios,
);
aiContract(
  {
    name: 'openai 6',
    create: (url) => new OpenAI6({ baseURL: `${url}/v1`, apiKey: 'none' }) as unknown as OpenAI,
    monitor: monitorOpenAI,
  },
  openaiScenarios,
);
