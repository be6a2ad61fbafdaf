import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk0';
import { aiContract } from '../../../test/contracts/ai/contract.ts';
import { anthropicScenarios } from '../test/anthropic-scenarios.ts';
import { monitorAnthropic } from './anthropic.ts';

aiContract(
  {
    name: '@anthropic-ai/sdk 1',
    create: (url) => new Anthropic({ baseURL: url, apiKey: 'none' }),
    monitor: monitorAnthropic,
  },
  anthropicScenarios,
);
aiContract(
  {
    name: '@anthropic-ai/sdk 0',
    create: (url) => new Anthropic0({ baseURL: url, apiKey: 'none' }) as unknown as Anthropic,
    monitor: monitorAnthropic,
  },
  anthropicScenarios,
);
