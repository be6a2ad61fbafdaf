import type Anthropic from '@anthropic-ai/sdk';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { GoogleGenAI } from '@google/genai';
import type { Mistral } from '@mistralai/mistralai';
import type * as ai from 'ai';
import type OpenAI from 'openai';
import {
  type MonitorAIOptions,
  type MonitorOpenAIOptions,
  monitorAIClient,
  monitorAnthropic,
  monitorBedrock,
  monitorGoogleGenAI,
  monitorMistral,
  monitorOpenAI,
  monitorVercelAI,
} from './index.ts';

// Each returns what it was given, by its own type.
export const openai = (client: OpenAI): OpenAI => monitorOpenAI(client);
export const anthropic = (client: Anthropic): Anthropic => monitorAnthropic(client);
export const google = (client: GoogleGenAI): GoogleGenAI => monitorGoogleGenAI(client);
export const mistral = (client: Mistral): Mistral => monitorMistral(client);
export const bedrock = (client: BedrockRuntimeClient): BedrockRuntimeClient => monitorBedrock(client);
export const module = (all: typeof ai): typeof ai => monitorVercelAI(all);
export const any = (client: OpenAI): OpenAI | undefined => monitorAIClient(client);

type Model = Exclude<ai.LanguageModel, string>;
export const model = (given: Model): Model => monitorVercelAI(given);

// @ts-expect-error: it may be none that is known
export const some = (client: OpenAI): OpenAI => monitorAIClient(client);
// @ts-expect-error: a name is no model
export const name = (given: string): string => monitorVercelAI(given);

export const good: MonitorOpenAIOptions = { provider: 'openai', streamUsage: 'never' };
// @ts-expect-error: no such choice
export const usage: MonitorOpenAIOptions = { streamUsage: 'sometimes' };
// @ts-expect-error: only for OpenAI
export const other: MonitorAIOptions = { streamUsage: 'never' };
// @ts-expect-error: an observer has a way to begin a call
export const observer: MonitorAIOptions = { observer: { recordsContent: false } };
