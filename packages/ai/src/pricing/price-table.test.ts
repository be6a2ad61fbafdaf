import { Decimal } from 'decimal.js';
import { expect, it } from 'vitest';
import { Seeded } from '../../../../test/seeded.ts';
import { acceptUsage } from '../accept-usage.ts';
import type { Usage } from '../usage.ts';
import { PriceBook } from './price-book.ts';
import { priceLibrary } from './price-table.ts';

const NOW = Date.UTC(2026, 10, 22);
const refuse = (error: unknown): never => {
  throw error;
};
const book = new PriceBook({}, () => NOW, refuse);

/** What it cost, reckoned by hand as [how many, US dollars, for how many]. */
type Sum = readonly (readonly [count: number, price: number | string, per: number])[];

interface Case {
  readonly what: string;
  readonly model: string;
  readonly usage: Partial<Usage>;
  readonly sum: Sum;
  readonly source: string;
  /** When the price stood there; where it is the table's, the day of the table. */
  readonly asOf: string;
  readonly approximation?: string;
}

const MILLION = 1_000_000;
const OPENAI = 'https://platform.openai.com/docs/pricing';
const PRIORITY = 'https://openai.com/api-priority-processing';
const ANTHROPIC = 'https://docs.claude.com/en/docs/about-claude/pricing';
const GOOGLE = 'https://ai.google.dev/gemini-api/docs/pricing';
const FINE_TUNING = `${OPENAI}#fine-tuning`;
const GROQ = 'https://groq.com/pricing';

const CASES: readonly Case[] = [
  {
    what: 'plain',
    model: 'openai/gpt-4o',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 2.5, MILLION],
      [500, 10, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'plain, by a dated name',
    model: 'openai/gpt-4o-mini-2024-07-18',
    usage: { inputTokens: 12_345, outputTokens: 678 },
    sum: [
      [12_345, 0.15, MILLION],
      [678, 0.6, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'read from the cache',
    model: 'openai/gpt-5',
    usage: { inputTokens: 10_000, cachedInputTokens: 8_192, outputTokens: 100 },
    sum: [
      [1_808, 1.25, MILLION],
      [8_192, 0.125, MILLION],
      [100, 10, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'reasoning, which is output',
    model: 'openai/o3',
    usage: { inputTokens: 75, outputTokens: 1_186, reasoningTokens: 1_024 },
    sum: [
      [75, 2, MILLION],
      [1_186, 8, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'written to the cache for five minutes',
    model: 'anthropic/claude-sonnet-4-20250514',
    usage: { inputTokens: 4_740, cacheWriteTokens: 4_735, outputTokens: 255 },
    sum: [
      [5, 3, MILLION],
      [4_735, 3.75, MILLION],
      [255, 15, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
  },
  {
    what: 'written to the cache for an hour, in part, and read from it',
    model: 'anthropic/claude-opus-4-6',
    usage: {
      inputTokens: 30_000,
      cachedInputTokens: 20_000,
      cacheWriteTokens: 9_000,
      cacheWrite1hTokens: 6_000,
      outputTokens: 400,
    },
    sum: [
      [1_000, 5, MILLION],
      [20_000, 0.5, MILLION],
      [3_000, 6.25, MILLION],
      [6_000, 10, MILLION],
      [400, 25, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
  },
  {
    what: 'written to the cache for an hour through Bedrock, by the rule of the maker',
    model: 'aws/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    usage: { inputTokens: 10_000, cacheWriteTokens: 9_000, cacheWrite1hTokens: 6_000, outputTokens: 0 },
    sum: [
      [1_000, 3.3, MILLION],
      [3_000, 4.125, MILLION],
      [6_000, 6.6, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-11-22',
  },
  {
    what: 'written to the cache for an hour through OpenRouter, in a long context',
    model: 'openrouter/anthropic/claude-sonnet-4.5',
    usage: { inputTokens: 300_000, cacheWrite1hTokens: 100_000, outputTokens: 0 },
    sum: [
      [200_000, 6, MILLION],
      [100_000, 12, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-11-22',
  },
  {
    what: 'a speed that the table does not know',
    model: 'anthropic/claude-opus-4-6',
    usage: { inputTokens: 1_000, outputTokens: 500, serviceTier: 'fast' },
    sum: [
      [1_000, 5, MILLION],
      [500, 25, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-11-22',
    approximation: 'tier',
  },
  {
    what: 'a name of which the table knows the beginning alone',
    model: 'anthropic/claude-sonnet-4-5-turbo',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 3, MILLION],
      [500, 15, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
    approximation: 'prefix',
  },
  {
    what: 'a snapshot of which the table knows the beginning alone',
    model: 'anthropic/claude-sonnet-4-5-20250929',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 3, MILLION],
      [500, 15, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
  },
  {
    what: 'searches of the web',
    model: 'anthropic/claude-opus-4-6',
    usage: { inputTokens: 6_039, outputTokens: 931, serverToolCalls: { web_search: 2 } },
    sum: [
      [6_039, 5, MILLION],
      [931, 25, MILLION],
      [2, 10, 1_000],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
  },
  {
    what: 'a context that is just not long',
    model: 'google/gemini-2.5-pro',
    usage: { inputTokens: 200_000, outputTokens: 1_000 },
    sum: [
      [200_000, 1.25, MILLION],
      [1_000, 10, MILLION],
    ],
    source: GOOGLE,
    asOf: '2026-09-23',
  },
  {
    what: 'a long context, which re-prices the whole request',
    model: 'google/gemini-2.5-pro',
    usage: { inputTokens: 200_001, cachedInputTokens: 100_000, outputTokens: 1_000 },
    sum: [
      [100_001, 2.5, MILLION],
      [100_000, 0.25, MILLION],
      [1_000, 15, MILLION],
    ],
    source: GOOGLE,
    asOf: '2026-09-23',
  },
  {
    what: 'a batch at half price, what was cached too',
    model: 'openai/gpt-5',
    usage: { inputTokens: 10_000, cachedInputTokens: 4_000, outputTokens: 1_000, serviceTier: 'batch' },
    sum: [
      [6_000, 0.625, MILLION],
      [4_000, 0.0625, MILLION],
      [1_000, 5, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'a batch of Anthropic, where the discount adds to that of the cache',
    model: 'anthropic/claude-opus-4-6',
    usage: { inputTokens: 10_000, cachedInputTokens: 9_000, outputTokens: 1_000, serviceTier: 'batch' },
    sum: [
      [1_000, 2.5, MILLION],
      [9_000, 0.25, MILLION],
      [1_000, 12.5, MILLION],
    ],
    source: ANTHROPIC,
    asOf: '2026-09-23',
  },
  {
    what: 'a batch of Google, whose cache is not discounted',
    model: 'google/gemini-2.5-flash',
    usage: { inputTokens: 10_000, cachedInputTokens: 9_000, outputTokens: 1_000, serviceTier: 'batch' },
    sum: [
      [1_000, 0.15, MILLION],
      [9_000, 0.03, MILLION],
      [1_000, 1.25, MILLION],
    ],
    source: 'https://ai.google.dev/gemini-api/docs/batch-api',
    asOf: '2026-09-23',
  },
  {
    what: 'the flex tier',
    model: 'openai/o3',
    usage: { inputTokens: 1_000, outputTokens: 1_000, serviceTier: 'flex' },
    sum: [
      [1_000, 1, MILLION],
      [1_000, 4, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'the priority tier, by the name of a snapshot',
    model: 'openai/gpt-4.1-2025-04-14',
    usage: { inputTokens: 2_000, cachedInputTokens: 1_000, outputTokens: 1_000, serviceTier: 'priority' },
    sum: [
      [1_000, 3.5, MILLION],
      [1_000, 0.875, MILLION],
      [1_000, 14, MILLION],
    ],
    source: PRIORITY,
    asOf: '2026-11-22',
  },
  {
    what: 'a fine-tuned model',
    model: 'openai/ft:gpt-4o-mini-2024-07-18:acme::abc123',
    usage: { inputTokens: 1_000, cachedInputTokens: 200, outputTokens: 500 },
    sum: [
      [800, 0.3, MILLION],
      [200, 0.15, MILLION],
      [500, 1.2, MILLION],
    ],
    source: FINE_TUNING,
    asOf: '2025-11',
  },
  {
    what: 'a batch of an older model, in which the cache saves nothing',
    model: 'openai/gpt-4.1',
    usage: { inputTokens: 10_000, cachedInputTokens: 4_000, outputTokens: 1_000, serviceTier: 'batch' },
    sum: [
      [10_000, 1, MILLION],
      [1_000, 4, MILLION],
    ],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'a batch of a fine-tuned model',
    model: 'openai/ft:gpt-4o-2024-08-06:acme::abc123',
    usage: { inputTokens: 1_000, cachedInputTokens: 200, outputTokens: 500, serviceTier: 'batch' },
    sum: [
      [800, 2.225, MILLION],
      [200, 0.9, MILLION],
      [500, 12.5, MILLION],
    ],
    source: FINE_TUNING,
    asOf: '2025-11',
  },
  {
    what: 'the priority tier of a snapshot with a price of its own',
    model: 'openai/gpt-4o-2024-05-13',
    usage: { inputTokens: 1_000, outputTokens: 1_000, serviceTier: 'priority' },
    sum: [
      [1_000, 8.75, MILLION],
      [1_000, 26.25, MILLION],
    ],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'a batch of embeddings',
    model: 'openai/text-embedding-3-large',
    usage: { inputTokens: 1_000, outputTokens: 0, serviceTier: 'batch' },
    sum: [[1_000, 0.065, MILLION]],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'audio in chat',
    model: 'openai/gpt-4o-audio-preview-2025-06-03',
    usage: { inputTokens: 600, audioInputTokens: 500, outputTokens: 900, audioOutputTokens: 800 },
    sum: [
      [100, 2.5, MILLION],
      [500, 40, MILLION],
      [100, 10, MILLION],
      [800, 80, MILLION],
    ],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'embeddings',
    model: 'openai/text-embedding-3-small',
    usage: { inputTokens: 7, outputTokens: 0 },
    sum: [[7, 0.02, MILLION]],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'images by the piece',
    model: 'openai/dall-e-3',
    usage: { images: 2, imageQuality: 'hd', imageSize: '1024x1792' },
    sum: [[2, 0.12, 1]],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'images by their tokens',
    model: 'openai/gpt-image-1',
    usage: { inputTokens: 400, imageInputTokens: 323, outputTokens: 4_160, imageOutputTokens: 4_160, images: 1 },
    sum: [
      [77, 5, MILLION],
      [323, 10, MILLION],
      [4_160, 40, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'audio by its length',
    model: 'openai/whisper-1',
    usage: { audioSeconds: 90 },
    sum: [[90, 0.006, 60]],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'audio that is shorter than the least that is charged',
    model: 'groq/whisper-large-v3',
    usage: { audioSeconds: 3 },
    sum: [[10, 0.111, 3_600]],
    source: GROQ,
    asOf: '2026-09-23',
  },
  {
    what: 'audio in and out by tokens',
    model: 'openai/gpt-realtime',
    usage: { inputTokens: 600, audioInputTokens: 500, outputTokens: 900, audioOutputTokens: 800 },
    sum: [
      [100, 4, MILLION],
      [500, 32, MILLION],
      [100, 16, MILLION],
      [800, 64, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
  },
  {
    what: 'speech by characters',
    model: 'openai/tts-1',
    usage: { characters: 4_096 },
    sum: [[4_096, 15, MILLION]],
    source: OPENAI,
    asOf: '2025-11',
  },
  {
    what: 'a router that names the vendor',
    model: 'openrouter/openai/gpt-4o',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 2.5, MILLION],
      [500, 10, MILLION],
    ],
    source: 'https://openrouter.ai/openai/gpt-4o',
    asOf: '2026-09-23',
  },
  {
    what: 'a date that nobody published, by the undated model',
    model: 'openai/gpt-4o-2029-01-01',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 2.5, MILLION],
      [500, 10, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
    approximation: 'dated',
  },
  {
    what: 'a fine-tuned model without a price of its own, by its base',
    model: 'openai/ft:gpt-5:acme::abc123',
    usage: { inputTokens: 1_000, outputTokens: 500 },
    sum: [
      [1_000, 1.25, MILLION],
      [500, 10, MILLION],
    ],
    source: OPENAI,
    asOf: '2026-09-23',
    approximation: 'fine_tuned',
  },
  {
    what: 'a tier whose price is a matter of contract, by the standard one',
    model: 'anthropic/claude-opus-4-6',
    usage: { inputTokens: 1_000, outputTokens: 500, serviceTier: 'priority' },
    sum: [
      [1_000, 5, MILLION],
      [500, 25, MILLION],
    ],
    source: 'https://platform.claude.com/docs/en/api/service-tiers',
    asOf: '2026-11-22',
    approximation: 'tier',
  },
];

it.each(CASES)('prices $what: $model', ({ model, usage, sum, approximation }) => {
  const price = priceOf(model, usage);
  const expected = sum.reduce(
    (total, [count, each, per]) => total.plus(new Decimal(each).times(count).div(per)),
    new Decimal(0),
  );
  expect(price).toMatchObject({ costUsd: expected.toDecimalPlaces(12).toNumber(), source: 'table' });
  expect((price as { approximation?: string }).approximation).toBe(approximation);
});

it.each([
  ['openai/gpt-99', { inputTokens: 1, outputTokens: 1 }, 'unknown_model'],
  ['nobody/gpt-4o', { inputTokens: 1, outputTokens: 1 }, 'unknown_model'],
  // The table prices it by the length of the audio, which was not told.
  ['openai/whisper-1', { inputTokens: 1_000, outputTokens: 100 }, 'no_rate'],
  ['openai/dall-e-3', { inputTokens: 0, outputTokens: 0, images: 1, imageSize: '7x7' }, 'no_rate'],
  ['openai/gpt-4o', { inputTokens: 0, outputTokens: 0, audioSeconds: 5 }, 'no_rate'],
] as const)('has no price, rather than $0, for %s with %o', (model, usage, unpriced) => {
  expect(priceOf(model, usage)).toEqual({ unpriced });
});

it('tells free from unpriced', () => {
  const used = { inputTokens: 1_000, outputTokens: 1_000 };
  expect(priceOf('ollama/llama3.2', used)).toMatchObject({ costUsd: 0, source: 'free' });
  expect(priceOf('openai/omni-moderation-latest', used)).toMatchObject({ costUsd: 0, source: 'table' });
  expect(priceOf('openrouter/deepseek/deepseek-r1:free', used)).toMatchObject({ costUsd: 0, source: 'table' });
});

it('says so where a tool that was used has no price', () => {
  const usage = { inputTokens: 1_000, outputTokens: 0, serverToolCalls: { quantum_oracle: 1, web_fetch: 3 } };
  expect(priceOf('openai/gpt-4o', usage)).toMatchObject({ costUsd: 0.0025, approximation: 'incomplete' });
});

it('puts prices of the user over those of the table', () => {
  const own = new PriceBook(
    {
      'openai/gpt-4o': { input: 2, output: 8, tiers: { batch: 0.25 } },
      'acme/*': { input: 1, output: 1 },
      'house-model': { free: true },
    },
    () => NOW,
    refuse,
  );
  const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
  expect(own.price('openai', 'gpt-4o', usage)).toMatchObject({ costUsd: 10, source: 'override' });
  expect(own.price('openai', 'gpt-4o', { ...usage, serviceTier: 'batch' })).toMatchObject({ costUsd: 2.5 });
  expect(own.price('acme', 'anything', usage)).toMatchObject({ costUsd: 2 });
  expect(own.price('vllm', 'house-model', usage)).toMatchObject({ costUsd: 0, source: 'free' });
  expect(own.price('openai', 'gpt-4o-mini', usage)).toMatchObject({ costUsd: 0.75, source: 'table' });
});

it('finds the model in the names that clouds give it', () => {
  const used = { inputTokens: 1_000_000, outputTokens: 0 };
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
  expect(priceOf(`bedrock/${arn}`, used)).toEqual(priceOf('aws/us.anthropic.claude-sonnet-4-5-20250929-v1:0', used));
  expect(priceOf('gemini/models/gemini-2.5-flash', used)).toMatchObject({ costUsd: 0.3 });
  expect(priceOf('vertex/claude-sonnet-4@20250514', used)).toMatchObject({ costUsd: 3 });
});

it('leaves a model without a price where the table fails, and reports it', () => {
  const errors: unknown[] = [];
  const broken = new PriceBook(
    {},
    () => NOW,
    (error) => errors.push(error),
  );
  broken.replaceTable({ publishedAt: NOW, find: () => refuse(new Error('broken')), hasProvider: () => false });
  expect(broken.price('openai', 'gpt-4o', { inputTokens: 1, outputTokens: 1 })).toEqual({ unpriced: 'unknown_model' });
  expect(errors).toEqual([new Error('broken')]);
});

it('agrees with the calculator of the table, wherever that has an answer', () => {
  const { calcPrice } = priceLibrary();
  const random = new Seeded(7);
  const models = [
    'openai/gpt-4o',
    'openai/gpt-5.4',
    'anthropic/claude-sonnet-4-5',
    'google/gemini-2.5-pro',
    'groq/llama-3.3-70b-versatile',
  ];
  for (let i = 0; i < 2_000; i++) {
    const model = models[i % models.length]!;
    const [provider, name] = model.split('/') as [string, string];
    const inputTokens = Math.floor(random.next() * 400_000);
    const cachedInputTokens = Math.floor(random.next() * inputTokens);
    const outputTokens = Math.floor(random.next() * 20_000);
    const theirs = calcPrice(
      { input_tokens: inputTokens, cache_read_tokens: cachedInputTokens, output_tokens: outputTokens },
      name,
      { providerId: provider, timestamp: new Date(NOW) },
    )!;
    const ours = priceOf(model, { inputTokens, cachedInputTokens, outputTokens }) as { costUsd: number };
    expect(ours.costUsd).toBeCloseTo(theirs.total_price, 11);
  }
});

function priceOf(model: string, usage: Partial<Usage>) {
  const slash = model.indexOf('/');
  const { usage: accepted } = acceptUsage({ inputTokens: 0, outputTokens: 0, ...usage });
  return book.price(model.slice(0, slash), model.slice(slash + 1), accepted);
}
