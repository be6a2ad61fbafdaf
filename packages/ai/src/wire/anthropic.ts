import type { Usage } from '../usage.ts';
import { type Answer, addText, count, type Json, object, objects, type Protocol, word } from './answer.ts';

/** Anthropic's Messages protocol. Counts in `message_delta` are cumulative and replace those of `message_start`. */
export const anthropicProtocol: Protocol = {
  usageKey: 'usage',

  read(answer, value) {
    const message = object(value.message) ?? value;
    const model = word(message.model);
    if (model !== undefined) answer.servedModel = model;
    const usage = object(message.usage) ?? object(value.usage);
    if (usage !== undefined) anthropicProtocol.readUsage(answer, usage);
    // What it tells of the output is a beginning; `message_delta` tells the whole.
    if (value.type === 'message_start' && answer.usage !== undefined) answer.usage = { ...answer.usage, partial: true };
    if (value.type === 'error') answer.error = object(value.error) ?? value;
    if (value.type === 'content_block_delta') {
      answer.started = true;
      addText(answer, object(value.delta)?.text);
    }
    if (value.type === 'message') {
      for (const block of objects(value.content)) addText(answer, block.text);
    }
  },

  readUsage(answer, usage) {
    answer.usage = anthropicUsage(answer, usage);
  },

  matters: (events) => events.includes('message_') || events.includes('usage"') || events.includes('error"'),
};

/** What is fresh, read from the cache and written to it are told apart: the input is their sum. */
function anthropicUsage(answer: Answer, usage: Json): Usage {
  const before = answer.usage;
  const read = count(usage.cache_read_input_tokens) ?? before?.cachedInputTokens ?? 0;
  const written = count(usage.cache_creation_input_tokens) ?? before?.cacheWriteTokens ?? 0;
  const freshBefore = (before?.inputTokens ?? 0) - (before?.cachedInputTokens ?? 0) - (before?.cacheWriteTokens ?? 0);
  const fresh = count(usage.input_tokens) ?? freshBefore;
  const hour = count(object(usage.cache_creation)?.ephemeral_1h_input_tokens) ?? before?.cacheWrite1hTokens;
  const thinking = count(object(usage.output_tokens_details)?.thinking_tokens) ?? before?.reasoningTokens;
  const tier = tierOf(usage) ?? before?.serviceTier;
  const tools = serverTools(usage) ?? before?.serverToolCalls;
  return {
    inputTokens: fresh + read + written,
    outputTokens: count(usage.output_tokens) ?? before?.outputTokens ?? 0,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    ...(hour !== undefined && { cacheWrite1hTokens: hour }),
    ...(thinking !== undefined && { reasoningTokens: thinking }),
    ...(tier !== undefined && { serviceTier: tier }),
    ...(tools !== undefined && { serverToolCalls: tools }),
  };
}

/** Answers that were hurried, and those that had to be made in the USA, have prices of their own. */
function tierOf(usage: Json): string | undefined {
  if (usage.speed === 'fast') return 'fast';
  const tier = word(usage.service_tier);
  return usage.inference_geo === 'us' && (tier === undefined || tier === 'standard') ? 'us' : tier;
}

function serverTools(usage: Json): Record<string, number> | undefined {
  const tools = Object.entries(object(usage.server_tool_use) ?? {})
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0)
    .map(([name, calls]) => [name.replace(/_requests$/, ''), calls]);
  return tools.length > 0 ? Object.fromEntries(tools) : undefined;
}
