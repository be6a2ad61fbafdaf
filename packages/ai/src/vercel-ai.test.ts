import { createOpenAI } from '@ai-sdk/openai';
import * as ai from 'ai';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import * as ai6 from 'ai6';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, countInput, countWords } from '../../../examples/shop/src/model-server/answers.ts';
import { type ModelServer, startModelServer } from '../../../examples/shop/src/model-server/start-model-server.ts';
import { outcomeOf } from '../../../test/contracts/ai/outcome.ts';
import { RecordingObserver } from '../../../test/contracts/ai/recording-observer.ts';
import { monitorVercelAI } from './vercel-ai.ts';
import { unmonitorAI } from './wire/instrumented.ts';

const prompt = 'Where is my order?';
const usage = {
  inputTokens: countInput([{ content: prompt }]),
  outputTokens: countWords(answerTo(prompt)),
};

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const asked = (directives: string) => ({ 'x-model-server': directives });

describe.each([
  ['ai 7', ai, () => createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' })],
  ['ai 6', ai6 as unknown as typeof ai, () => createOpenAI3({ baseURL: `${server.url}/v1`, apiKey: 'none' })],
] as const)('a model of %s', (_, sdk, provider) => {
  const bare = () => provider().chat('gpt-4o-mini') as Parameters<typeof ai.generateText>[0]['model'] & object;
  const watched = (observer: RecordingObserver) => monitorVercelAI(bare(), { observer });

  it('generates a text as it does without us, and tells what was used', async () => {
    const observer = new RecordingObserver();
    const ask = async (model: ReturnType<typeof bare>) => {
      const { text, usage, finishReason, content } = await sdk.generateText({ model, prompt });
      return { text, usage, finishReason, content };
    };
    expect(await outcomeOf(() => ask(watched(observer)))).toStrictEqual(await outcomeOf(() => ask(bare())));
    expect(observer.calls).toHaveLength(1);
    expect(observer.calls[0]).toMatchObject({
      start: { provider: 'openai', model: 'gpt-4o-mini', operation: 'chat', stream: false },
      attempts: 1,
      ends: [{ usage, servedModel: 'gpt-4o-mini' }],
    });
  });

  it('streams a text as it does without us, and tells its first token', async () => {
    const observer = new RecordingObserver();
    const ask = async (model: ReturnType<typeof bare>) => {
      const result = sdk.streamText({ model, prompt });
      const pieces: string[] = [];
      for await (const piece of result.textStream) pieces.push(piece);
      return { pieces, usage: await result.usage };
    };
    expect(await outcomeOf(() => ask(watched(observer)))).toStrictEqual(await outcomeOf(() => ask(bare())));
    expect(observer.calls).toHaveLength(1);
    expect(observer.calls[0]).toMatchObject({ start: { stream: true }, firstTokens: 1, ends: [{ usage }] });
  });

  it('tells of a failure and throws it as it is', async () => {
    const observer = new RecordingObserver();
    const ask = (model: ReturnType<typeof bare>) =>
      sdk.generateText({ model, prompt, headers: asked('fail=400'), maxRetries: 0 });
    expect(await outcomeOf(() => ask(watched(observer)))).toStrictEqual(await outcomeOf(() => ask(bare())));
    expect(observer.calls[0]!.ends).toMatchObject([{ httpStatus: 400, error: { name: 'AI_APICallError' } }]);
  });

  it('tells of a stream that was aborted', async () => {
    const observer = new RecordingObserver();
    const controller = new AbortController();
    const model = watched(observer);
    const headers = asked('pace=2');
    const { textStream } = sdk.streamText({ model, prompt, headers, abortSignal: controller.signal });
    let pieces = 0;
    for await (const _ of textStream) if (++pieces === 2) controller.abort();
    await observer.settled();
    expect(observer.calls[0]!.ends).toMatchObject([{ aborted: true }]);
  });

  it('embeds', async () => {
    const observer = new RecordingObserver();
    const model = monitorVercelAI(provider().embedding('text-embedding-3-small') as ai.EmbeddingModel & object, {
      observer,
    });
    await sdk.embed({ model, value: 'eight characters' });
    expect(observer.calls[0]).toMatchObject({
      start: { model: 'text-embedding-3-small', operation: 'embeddings' },
      ends: [{ usage: { inputTokens: 4, outputTokens: 0 } }],
    });
  });

  it('sends nothing where a budget refuses, and does not try again', async () => {
    const refusal = Object.assign(new Error('no money left'), { name: 'BudgetExceededError' });
    const before = server.requests;
    const model = watched(new RecordingObserver({ refusal }));
    await expect(sdk.generateText({ model, prompt })).rejects.toBe(refusal);
    expect(server.requests).toBe(before);
  });

  it('is observed once, however often that is asked for', async () => {
    const observer = new RecordingObserver();
    const model = monitorVercelAI(watched(observer), { observer });
    await sdk.generateText({ model, prompt });
    expect(observer.calls).toHaveLength(1);
  });
});

describe('all of ai 7', () => {
  it('is observed, each call once, though the model is observed too', async () => {
    const observer = new RecordingObserver();
    const chat = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' }).chat('gpt-4o-mini');
    try {
      expect(monitorVercelAI(ai, { observer })).toBe(ai);
      monitorVercelAI(ai, { observer });
      await ai.generateText({ model: chat, prompt });
      await ai.generateText({ model: monitorVercelAI(chat, { observer }), prompt });
      await ai.streamText({ model: chat, prompt }).text;
      expect(observer.calls).toHaveLength(3);
      for (const call of observer.calls) {
        expect(call).toMatchObject({ start: { provider: 'openai', model: 'gpt-4o-mini' }, ends: [{ usage }] });
      }
    } finally {
      unmonitorAI(ai);
    }
    await ai.generateText({ model: chat, prompt });
    expect(observer.calls).toHaveLength(3);
  });

  it('refuses what is neither a model nor the module', () => {
    expect(() => monitorVercelAI({})).toThrow('[telltale] [vercel-ai] monitorVercelAI was given neither a model nor');
  });
});

describe('a model of a class of its own', () => {
  class Model {
    #asked = 0;
    readonly modelId = 'own';
    readonly provider = 'openai.image';
    readonly maxImagesPerCall = 1;
    get asked(): number {
      return this.#asked;
    }
    count(): number {
      return this.#asked;
    }
    async doGenerate(_: object): Promise<object> {
      this.#asked++;
      return { images: ['a picture'] };
    }
  }

  it('keeps its private members, its methods and its class', async () => {
    const model = monitorVercelAI(new Model(), { observer: new RecordingObserver() });
    await model.doGenerate({});
    expect([model.count(), model.asked, model.constructor]).toEqual([1, 1, Model]);
    expect(model.count).toBe(model.count);
    expect(model.count.name).toBe('count');
    expect(model).toBeInstanceOf(Model);
  });

  it('tells of images the quality and size that were asked for', async () => {
    const observer = new RecordingObserver();
    const model = monitorVercelAI(new Model(), { observer });
    await model.doGenerate({ prompt: 'a boot', size: '1792x1024', providerOptions: { openai: { quality: 'hd' } } });
    const usage = { inputTokens: 0, outputTokens: 0, images: 1, imageQuality: 'hd', imageSize: '1792x1024' };
    expect(observer.calls).toMatchObject([{ start: { operation: 'images' }, ends: [{ usage }] }]);
  });

  it('is asked as it is where what it is asked with cannot be described', async () => {
    const observer = new RecordingObserver();
    const options = {
      get prompt(): string {
        throw new Error('not to be read');
      },
    };
    expect(await monitorVercelAI(new Model(), { observer }).doGenerate(options)).toEqual({ images: ['a picture'] });
    expect(observer.calls).toEqual([]);
  });
});
