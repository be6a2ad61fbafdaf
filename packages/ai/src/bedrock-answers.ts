import type { Usage } from './usage.ts';
import { type Answer, addText, count, type Json, object, objects, type Protocol, word } from './wire/answer.ts';
import { anthropicProtocol } from './wire/anthropic.ts';
import { parseObject } from './wire/body-collector.ts';
import { openaiProtocol } from './wire/openai.ts';

/** Reads Converse: its input is told without what was read from the cache or written to it. */
export function readConverse(answer: Answer, value: Json): void {
  const metadata = object(value.metadata) ?? value;
  const usage = object(metadata.usage);
  if (usage !== undefined) answer.usage = { ...answer.usage, ...converseUsage(usage) };
  const tier = word(object(metadata.serviceTier)?.type);
  if (tier !== undefined && answer.usage !== undefined) answer.usage = { ...answer.usage, serviceTier: tier };
  const delta = object(object(value.contentBlockDelta)?.delta);
  if (delta !== undefined) {
    answer.started = true;
    addText(answer, delta.text);
  }
  for (const block of objects(object(object(value.output)?.message)?.content)) addText(answer, block.text);
  const type = FAILURES.find((name) => object(value[name]) !== undefined);
  if (type !== undefined) answer.error = { type, message: object(value[type])?.message };
}

const FAILURES = [
  'internalServerException',
  'modelStreamErrorException',
  'validationException',
  'throttlingException',
  'serviceUnavailableException',
  'modelTimeoutException',
];

function converseUsage(usage: Json): Usage {
  const read = count(usage.cacheReadInputTokens) ?? 0;
  const written = count(usage.cacheWriteInputTokens) ?? 0;
  const hour = objects(usage.cacheDetails)
    .filter(({ ttl }) => ttl === '1h')
    .reduce((sum, { inputTokens }) => sum + (count(inputTokens) ?? 0), 0);
  return {
    inputTokens: (count(usage.inputTokens) ?? 0) + read + written,
    outputTokens: count(usage.outputTokens) ?? 0,
    ...(read > 0 && { cachedInputTokens: read }),
    ...(written > 0 && { cacheWriteTokens: written }),
    ...(hour > 0 && { cacheWrite1hTokens: hour }),
  };
}

/** Reads the body of InvokeModel, or one chunk of its stream, in whatever protocol its model's maker speaks. */
export function readInvoked(answer: Answer, model: string, bytes: Uint8Array): void {
  const value = parseObject(Buffer.from(bytes).toString('utf8'));
  if (value === undefined) return;
  protocolOf(model, value).read(answer, value);
  const metrics = object(value['amazon-bedrock-invocationMetrics']);
  if (metrics !== undefined && answer.usage === undefined) {
    answer.usage = {
      inputTokens: count(metrics.inputTokenCount) ?? 0,
      outputTokens: count(metrics.outputTokenCount) ?? 0,
    };
  }
  // Amazon's, Meta's and Cohere's older models, each in its own words.
  const input = count(value.inputTextTokenCount) ?? count(value.prompt_token_count);
  const [result] = objects(value.results);
  const output = count(value.generation_token_count) ?? count(result?.tokenCount);
  if (answer.usage === undefined && (input !== undefined || output !== undefined)) {
    answer.usage = { inputTokens: input ?? 0, outputTokens: output ?? 0 };
  }
  const nova = object(value.usage) ?? object(object(value.metadata)?.usage);
  if (nova !== undefined && 'inputTokens' in nova) readConverse(answer, value);
}

function protocolOf(model: string, value: Json): Protocol {
  return model.includes('anthropic') || typeof value.type === 'string' ? anthropicProtocol : openaiProtocol;
}

/** What the response's headers tell where its body does not, as for embeddings. */
export function usageInHeaders(headers: Readonly<Record<string, string>> | undefined): Usage | undefined {
  const input = Number(headers?.['x-amzn-bedrock-input-token-count'] ?? Number.NaN);
  const output = Number(headers?.['x-amzn-bedrock-output-token-count'] ?? 0);
  return Number.isFinite(input)
    ? { inputTokens: input, outputTokens: Number.isFinite(output) ? output : 0 }
    : undefined;
}
