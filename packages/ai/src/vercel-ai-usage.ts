import type { Usage } from './usage.ts';
import { count, type Json, object, word } from './wire/answer.ts';

/** The AI SDK's usage: one number each up to version 5, parts of each from 6 on. Input holds what was cached. */
export function vercelUsage(value: unknown, metadata: unknown): Usage | undefined {
  const usage = object(value);
  if (usage === undefined) return undefined;
  const input = object(usage.inputTokens);
  const output = object(usage.outputTokens);
  const inputTokens = count(input?.total) ?? count(usage.inputTokens) ?? count(usage.tokens);
  const outputTokens = count(output?.total) ?? count(usage.outputTokens);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const parts = {
    cachedInputTokens: count(input?.cacheRead) ?? count(usage.cachedInputTokens),
    cacheWriteTokens: count(input?.cacheWrite),
    reasoningTokens: count(output?.reasoning) ?? count(usage.reasoningTokens),
    serviceTier: word(object(object(metadata)?.openai)?.serviceTier),
  };
  const known = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as Partial<Usage>;
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, ...known };
}

/** Names that the AI SDK's providers have for themselves, where prices go by others. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws',
  bedrock: 'aws',
  'azure-openai': 'azure',
  xai: 'x-ai',
  togetherai: 'together',
  vertex: 'google',
  'google-vertex': 'google',
};

/** Who is asked, from a model's `provider`, such as `openai.responses`. */
export function vercelProvider({ provider }: Json): string {
  const [name = ''] = typeof provider === 'string' ? provider.split('.', 1) : [];
  if (provider === 'vertex.anthropic.messages') return 'google';
  return PROVIDERS[name] ?? (name === '' ? 'unknown' : name);
}
