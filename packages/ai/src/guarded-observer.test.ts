import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import type { AICall, AICallObserver } from './ai-call.ts';
import { monitorOpenAI } from './openai.ts';
import { monitorVercelAI } from './vercel-ai.ts';

const broken = (): never => {
  throw new Error('the observer is broken');
};
const rejects = async (): Promise<never> => broken();

const OBSERVERS: Readonly<Record<string, object>> = {
  'rejects a call': { recordsContent: false, begin: rejects },
  'throws at a call': { recordsContent: false, begin: broken },
  'gives no call': { recordsContent: false, begin: async () => undefined },
  'throws in every method of a call': {
    recordsContent: false,
    begin: async () => ({ attempt: broken, attemptFailed: broken, firstToken: broken, end: broken }),
  },
  'rejects in every method of a call': {
    recordsContent: false,
    begin: async () => ({ attempt: rejects, attemptFailed: rejects, firstToken: rejects, end: rejects }),
  },
  'has no methods': { recordsContent: false, begin: async () => ({}) },
  'cannot say whether it wants contents': {
    get recordsContent() {
      return broken();
    },
    begin: async () => ({ attempt() {}, attemptFailed() {}, firstToken() {}, end() {} }),
  },
};

const params = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] };
const chunk = { model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] };

for (const [name, observer] of Object.entries(OBSERVERS)) {
  it(`keeps from the caller that an observer ${name}, and reports it`, async () => {
    const { monitor, errors } = testMonitor();
    const options = { monitor, observer: observer as AICallObserver };
    let sent = 0;
    const client = monitorOpenAI(
      new OpenAI({
        apiKey: 'none',
        fetch: async (_, init) => {
          if (sent++ === 0) return new Response('{}', { status: 500, headers: { 'retry-after-ms': '1' } });
          return String(init?.body).includes('"stream":true')
            ? new Response(`data: ${JSON.stringify(chunk)}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
            : Response.json({ model: 'gpt-4o-mini', choices: [] });
        },
      }),
      options,
    );
    expect(await client.chat.completions.create(params)).toMatchObject({ choices: [] });
    const chunks: unknown[] = [];
    for await (const piece of await client.chat.completions.create({ ...params, stream: true })) chunks.push(piece);
    expect(chunks).toEqual([chunk]);
    expect(sent).toBe(3);

    const model = { modelId: 'm', provider: 'acme', doGenerate: async () => ({ content: ['answer'] }) };
    expect(await monitorVercelAI(model, options).doGenerate()).toEqual({ content: ['answer'] });
    await expect.poll(() => errors.length).toBeGreaterThan(0);
  });
}

it('lets the refusal of an observer through as it is, of whichever copy its class is', async () => {
  const refusal = Object.assign(new Error('no money left'), { name: 'BudgetExceededError' });
  const begin = async (): Promise<AICall> => {
    throw refusal;
  };
  const client = monitorOpenAI(new OpenAI({ apiKey: 'none' }), { observer: { recordsContent: false, begin } });
  await expect(client.chat.completions.create(params)).rejects.toBe(refusal);
});
