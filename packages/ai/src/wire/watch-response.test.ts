import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { RecordingObserver } from '../../../../test/contracts/ai/recording-observer.ts';
import { beginExchange } from './exchange.ts';
import { openaiProtocol } from './openai.ts';

const JSON_TEXT = JSON.stringify({ model: 'served', usage: { prompt_tokens: 3, completion_tokens: 4 } });
const headers = { 'content-type': 'application/json' };

const rethrow = (_: string, error: unknown): never => {
  throw error;
};

/** The answer to a call, in pieces, and who saw it. */
async function answered(signal: AbortSignal | null = null) {
  const observer = new RecordingObserver();
  const described = { protocol: openaiProtocol, model: 'm', operation: 'chat', stream: false };
  const exchange = await beginExchange(observer, 'openai', described, rethrow);
  exchange.signal = signal;
  const bytes = new TextEncoder().encode(JSON_TEXT);
  const pieces = [bytes.slice(0, 20), bytes.slice(20)];
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
  const sent = new Response(body, { headers });
  return { observer, exchange, sent, response: await exchange.attempt(async () => sent) };
}

const decode = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
};

const WAYS: Readonly<Record<string, (response: Response) => Promise<string>>> = {
  text: (response) => response.text(),
  json: async (response) => JSON.stringify(await response.json()),
  arrayBuffer: async (response) => Buffer.from(await response.arrayBuffer()).toString(),
  bytes: async (response) => Buffer.from(await response.bytes()).toString(),
  blob: async (response) => (await response.blob()).text(),
  'its stream, iterated': (response) => decode(response.body!),
  'its stream, and then text': async (response) => (response.body ? response.text() : ''),
  'a response of its stream': (response) => new Response(response.body).text(),
  'its stream, piped': (response) => decode(response.body!.pipeThrough(new TransformStream())),
  'a clone': async (response) => {
    const [twin] = await Promise.all([response.clone().text(), response.text()]);
    return twin;
  },
};

it('is told the whole of a body, in whatever way that is read', async () => {
  for (const [way, read] of Object.entries(WAYS)) {
    const { observer, response, sent } = await answered();
    expect(response).toBe(sent);
    expect([way, response.bodyUsed, await read(response), response.bodyUsed]).toEqual([way, false, JSON_TEXT, true]);
    await observer.settled();
    const usage = { inputTokens: 3, outputTokens: 4 };
    expect([way, observer.calls[0]!.ends]).toEqual([way, [{ usage, servedModel: 'served', httpStatus: 200 }]]);
  }
});

it('lets no body be read twice, as without us', async () => {
  for (const [way, read] of Object.entries(WAYS)) {
    const { observer, response } = await answered();
    await read(response);
    for (const again of ['text', 'json', 'arrayBuffer', 'blob', 'bytes'] as const) {
      await expect(response[again](), `${again} after ${way}`).rejects.toThrow(TypeError);
    }
    expect(observer.calls[0]!.ends).toHaveLength(1);
  }
});

it('ends a call whose answer nobody read when the caller gives up', async () => {
  const { observer, exchange, response } = await answered();
  exchange.giveUpWaiting();
  await observer.settled();
  expect(observer.calls[0]!.ends).toMatchObject([{ aborted: true, httpStatus: 200 }]);
  expect(await response.text()).toBe(JSON_TEXT);
  expect(observer.calls[0]!.ends).toHaveLength(1);
});

it('ends a call whose answer was dropped unread', async () => {
  setFlagsFromString('--expose_gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { observer } = await answered();
  await expect
    .poll(() => {
      collectGarbage();
      return observer.inFlight;
    })
    .toBe(0);
  expect(observer.calls[0]!.ends).toMatchObject([{ aborted: true }]);
});
