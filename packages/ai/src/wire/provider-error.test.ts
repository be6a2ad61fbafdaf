import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { RecordingObserver } from '../../../../test/contracts/ai/recording-observer.ts';
import { readConverse } from '../bedrock-answers.ts';
import { monitorOpenAI } from '../openai.ts';
import type { Answer } from './answer.ts';
import { beginExchange } from './exchange.ts';
import { openaiProtocol } from './openai.ts';

const PROMPT = 'the diary of Ann';
const params = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: PROMPT }] };
const error = {
  message: `Invalid value: '${PROMPT}'`,
  type: 'invalid_request_error',
  code: 'invalid_value',
  param: 'messages[0].content',
};
const headers = { 'x-request-id': 'req_17' };

/** How a call is told to have ended that is answered with this. */
async function endOf(answer: () => Response, recordsContent = false) {
  const observer = new RecordingObserver({ recordsContent });
  const fetch = async (): Promise<Response> => answer();
  const client = monitorOpenAI(new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: fetch as never }), { observer });
  const asked = client.chat.completions.create({ ...params, stream: true });
  await asked
    .then(async (stream) => {
      for await (const _ of stream);
    }, Boolean)
    .catch(Boolean);
  await observer.settled();
  return observer.calls[0]!.ends[0]!;
}

const refused = (): Response => Response.json({ error }, { status: 400, headers });
const broken = (): Response =>
  new Response(`data: ${JSON.stringify({ error })}\n\n`, {
    headers: { 'content-type': 'text/event-stream', ...headers },
  });

it('tells the type, code, parameter and request ID of a failure, and nothing that may quote the prompt', async () => {
  for (const answer of [refused, broken]) {
    const { error: told } = await endOf(answer);
    const status = answer === refused ? 400 : undefined;
    expect(told).toMatchObject({ name: error.type, code: error.code, param: error.param, requestID: 'req_17', status });
    expect(`${(told as Error).stack} ${JSON.stringify(told)}`).not.toContain(PROMPT);
  }
});

it("tells the provider's message where contents may be recorded", async () => {
  for (const answer of [refused, broken]) {
    expect((await endOf(answer, true)).error).toMatchObject({ name: error.type, message: error.message });
  }
});

it('keeps to words that no prompt can be in', async () => {
  const odd = { message: PROMPT, type: PROMPT, code: PROMPT, param: PROMPT };
  const { error: told } = await endOf(() =>
    Response.json({ error: odd }, { status: 400, headers: { 'x-request-id': PROMPT } }),
  );
  expect(told).toMatchObject({ name: 'HTTP400', message: 'HTTP 400', status: 400 });
  expect(JSON.stringify(told)).not.toContain(PROMPT);
});

it('names an abort, whatever reason the caller gave, and a time that was over', async () => {
  const sending = async (signal: AbortSignal, error: Error) => {
    const observer = new RecordingObserver();
    const described = { protocol: openaiProtocol, model: 'm', operation: 'chat', stream: false };
    const exchange = await beginExchange(observer, 'openai', described, () => {});
    exchange.signal = signal;
    const send = (): Promise<Response> => Promise.reject(error);
    await expect(exchange.attempt(send)).rejects.toBe(error);
    return observer.calls[0]!.ends[0]!;
  };
  const aborted = await sending(AbortSignal.abort(), new Error('I changed my mind'));
  expect(aborted).toMatchObject({ aborted: true, error: { name: 'AbortError' } });
  const late = await sending(new AbortController().signal, new DOMException('', 'AbortError'));
  expect(late).toMatchObject({ error: { name: 'TimeoutError' } });
});

it('names what went wrong in a stream of Bedrock', () => {
  const answer: Answer = {};
  readConverse(answer, { throttlingException: { message: 'Slow down' } });
  expect(answer.error).toEqual({ type: 'throttlingException', message: 'Slow down' });
});
