import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk0';
import { expect, it } from 'vitest';
import { eventMessage } from '../../../examples/shop/src/model-server/event-stream.ts';
import { aiContract } from '../../../test/contracts/ai/contract.ts';
import { RecordingObserver } from '../../../test/contracts/ai/recording-observer.ts';
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

/** What Anthropic's client of Bedrock is answered, which decodes it itself. */
async function framed(events: readonly object[], cut: number) {
  const observer = new RecordingObserver();
  const frames = events.map((event) =>
    eventMessage('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
  );
  const sent = Buffer.concat(frames);
  const pieces = Array.from({ length: Math.ceil(sent.length / cut) }, (_, i) => sent.subarray(i * cut, (i + 1) * cut));
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  const fetch = async (): Promise<Response> =>
    new Response(ReadableStream.from(pieces) as unknown as string, { headers });
  const client = monitorAnthropic(new Anthropic({ apiKey: 'none', fetch: fetch as typeof globalThis.fetch }), {
    observer,
  });
  const params = { model: 'claude-sonnet-4-5', max_tokens: 9, messages: [], stream: true as const };
  const response = await client.messages.create(params).asResponse();
  const read = Buffer.from(await response.arrayBuffer());
  return { same: read.equals(sent), call: observer.calls[0]! };
}

it("reads the event streams of Anthropic's client of Bedrock, however they are cut", async () => {
  const events = [
    { type: 'message_start', message: { model: 'claude-sonnet-4-5', usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: 'content_block_delta', delta: { type: 'text_delta', text: 'é' } },
    { type: 'message_delta', usage: { output_tokens: 30 } },
    { type: 'message_stop' },
  ];
  for (const cut of [1, 7, 100, 10_000]) {
    const { same, call } = await framed(events, cut);
    expect(same).toBe(true);
    expect(call).toMatchObject({
      firstTokens: expect.any(Number),
      ends: [{ usage: { inputTokens: 9, outputTokens: 30 } }],
    });
    expect(call.ends).toHaveLength(1);
  }
});
