import { expect, it } from 'vitest';
import { readConverse } from '../bedrock-answers.ts';
import type { Answer, DescribedCall, Protocol } from './answer.ts';
import { AnswerReader } from './answer-reader.ts';
import { anthropicProtocol } from './anthropic.ts';
import { geminiProtocol } from './gemini.ts';
import { describeOpenAI } from './openai-requests.ts';

/** What is known of the usage when these events have come. */
function usageAfter(protocol: Protocol, events: readonly object[]) {
  const reader = new AnswerReader({ protocol, model: 'm', operation: 'chat', stream: true }, false);
  for (const event of events) reader.event(JSON.stringify(event));
  return reader.answer.usage;
}

it('says of the usage that it is partial until Anthropic tells the whole output', () => {
  const usage = { input_tokens: 10, output_tokens: 1 };
  const events = [
    { type: 'message_start', message: { model: 'claude', usage } },
    { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Much' } },
    { type: 'message_delta', usage: { output_tokens: 40 } },
  ];
  const begun = { inputTokens: 10, outputTokens: 1, partial: true };
  expect(usageAfter(anthropicProtocol, events.slice(0, 2))).toMatchObject(begun);
  expect(usageAfter(anthropicProtocol, events)).toMatchObject({ inputTokens: 10, outputTokens: 40 });
  expect(usageAfter(anthropicProtocol, events)).not.toHaveProperty('partial');
  expect(usageAfter(anthropicProtocol, [{ type: 'message', usage }])).not.toHaveProperty('partial');
});

it('says of the usage that it is partial until Gemini has finished', () => {
  const event = (tokens: number, finishReason?: string): object => ({
    candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: tokens },
  });
  expect(usageAfter(geminiProtocol, [event(1), event(2)])).toMatchObject({ outputTokens: 2, partial: true });
  expect(usageAfter(geminiProtocol, [event(1), event(3, 'STOP')])).toEqual({ inputTokens: 5, outputTokens: 3 });
});

it('tells the tier that served by the name that prices go by', () => {
  const anthropic = (usage: object) => usageAfter(anthropicProtocol, [{ type: 'message', usage }])?.serviceTier;
  expect(anthropic({ service_tier: 'standard', speed: 'fast' })).toBe('fast');
  expect(anthropic({ service_tier: 'standard', speed: 'standard', inference_geo: 'us' })).toBe('us');
  expect(anthropic({ service_tier: 'batch', inference_geo: 'us' })).toBe('batch');
  expect(anthropic({ service_tier: 'standard', inference_geo: 'global' })).toBe('standard');
  expect(anthropic({ service_tier: 'priority' })).toBe('priority');

  const google = (trafficType: string) => usageAfter(geminiProtocol, [{ usageMetadata: { trafficType } }])?.serviceTier;
  expect(google('ON_DEMAND_FLEX')).toBe('flex');
  expect(google('ON_DEMAND_PRIORITY')).toBe('priority');
  expect(google('PROVISIONED_THROUGHPUT')).toBe('provisioned');
  expect(google('ON_DEMAND')).toBeUndefined();
});

it('tells what Converse wrote to the cache for an hour', () => {
  const answer: Answer = {};
  const cacheDetails = [
    { ttl: '1h', inputTokens: 20 },
    { ttl: '5m', inputTokens: 10 },
  ];
  readConverse(answer, { usage: { inputTokens: 5, outputTokens: 2, cacheWriteInputTokens: 30, cacheDetails } });
  expect(answer.usage).toEqual({ inputTokens: 35, outputTokens: 2, cacheWriteTokens: 30, cacheWrite1hTokens: 20 });
});

it('tells of images the quality and size that were asked for, or rather those that were made', () => {
  const images = (asked: object, answered: object) => {
    const body = { prompt: 'a boot', ...asked };
    const wanted = { recordsContent: false };
    const reader = new AnswerReader(describeOpenAI('/images/generations', body, wanted) as DescribedCall, false);
    const before = reader.answer.usage;
    reader.whole({ data: [{ url: 'https://images.example' }], ...answered });
    return [before, reader.answer.usage];
  };
  const one = { inputTokens: 0, outputTokens: 0, images: 1 };
  const hd = { imageQuality: 'hd', imageSize: '1792x1024' };
  expect(images({ quality: 'hd', size: '1792x1024' }, {})).toEqual([undefined, { ...one, ...hd }]);
  expect(images({ quality: 'auto', size: 'auto' }, {})).toEqual([undefined, one]);
  const made = { imageQuality: 'high', imageSize: '1536x1024' };
  expect(images({ quality: 'auto' }, { quality: 'high', size: '1536x1024' })).toEqual([undefined, { ...one, ...made }]);
});
