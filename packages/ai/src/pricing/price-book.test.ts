import { describe, expect, it } from 'vitest';
import { PriceBook } from './price-book.ts';
import type { PriceOverrides } from './price-overrides.ts';

const NOW = Date.UTC(2026, 10, 22);
const USAGE = { inputTokens: 1_000_000, outputTokens: 0 };

function bookOf(overrides: PriceOverrides = {}): PriceBook {
  return new PriceBook(
    overrides,
    () => NOW,
    (error) => {
      throw error;
    },
  );
}

describe("the user's prices, where another model answered than was asked for", () => {
  it.each([
    ['the model asked for', { 'gpt-4o': { input: 100 } }, 100],
    ['the model asked for, with its provider', { 'openai/gpt-4o': { input: 100 } }, 100],
    [
      'the model that answered, above the one asked for',
      { 'gpt-4o': { input: 100 }, 'gpt-4o-2024-08-06': { input: 7 } },
      7,
    ],
    ['the model asked for, above any of the provider', { 'openai/*': { input: 1 }, 'gpt-4o': { input: 100 } }, 100],
    ['any of the provider, where it names neither', { 'openai/*': { input: 1 } }, 1],
    ['nothing at all', { 'gpt-4o': { free: true } }, 0],
    ['another model', { 'gpt-4o-mini': { input: 100 } }, 2.5],
  ] as const)('hold for %s', (_, overrides, costUsd) => {
    const price = bookOf(overrides).priceServed('openai', 'gpt-4o', 'gpt-4o-2024-08-06', USAGE);
    expect(price).toMatchObject({ costUsd });
  });

  it('hold for the name of an Azure deployment, and else the price of the model behind it', () => {
    const own = bookOf({ 'azure/house-chat': { input: 9 } });
    expect(own.priceServed('azure', 'house-chat', 'gpt-4o-2024-08-06', USAGE)).toMatchObject({ costUsd: 9 });
    expect(bookOf().priceServed('azure', 'house-chat', 'gpt-4o-2024-08-06', USAGE)).toMatchObject({ costUsd: 2.5 });
  });
});

it.each([
  ['together/meta-llama/Llama-3.3-70B', 'together', 'meta-llama/Llama-3.3-70B'],
  ['together/meta-llama/Llama-3.3-70B', 'togetherai', 'meta-llama/llama-3.3-70b'],
  ['My-Model', 'acme', 'My-Model'],
  ['gemini/x', 'gemini', 'x'],
  ['gemini/x', 'google', 'models/x'],
  ['bedrock/x', 'aws', 'x'],
  ['bedrock/*', 'amazon-bedrock', 'whatever'],
  ['xai/x', 'xai', 'x'],
  ['XAI/x', 'x-ai', 'X'],
  ['gemini/x', 'openrouter', 'gemini/x'],
])('finds the price %s for %s and %s', (key, provider, model) => {
  expect(bookOf({ [key]: { input: 3 } }).price(provider, model, USAGE)).toMatchObject({ costUsd: 3 });
});

it('finds the share of a tier however it is spelled, and none that nobody named', () => {
  const own = bookOf({ x: { input: 4, tiers: { Batch: 0.5 } } });
  expect(own.price('acme', 'x', { ...USAGE, serviceTier: 'batch' })).toMatchObject({ costUsd: 2 });
  expect(own.price('acme', 'x', { ...USAGE, serviceTier: 'constructor' })).toMatchObject({ costUsd: 4 });
});

describe('a server on this machine', () => {
  it.each(['local', 'vllm', 'llamacpp', 'lmstudio', 'ollama'])(
    'may hand calls on, so that what somebody sells is not free there: %s',
    (provider) => {
      const assumed = { source: 'table', approximation: 'assumed' };
      expect(bookOf().price(provider, 'gpt-4o', USAGE)).toMatchObject({ ...assumed, costUsd: 2.5 });
      expect(bookOf().price(provider, 'o1', USAGE)).toMatchObject({ ...assumed, costUsd: 15 });
      expect(bookOf().price(provider, 'claude-opus-4-6-20260205', USAGE)).toMatchObject({ ...assumed, costUsd: 5 });
      expect(bookOf().price(provider, 'gemini-2.5-flash', USAGE)).toMatchObject({ ...assumed, costUsd: 0.3 });
      expect(bookOf().price(provider, 'openai/gpt-4o-mini', USAGE)).toMatchObject({ ...assumed, costUsd: 0.15 });
      expect(bookOf().price(provider, 'bedrock/us.anthropic.claude-opus-4-6-v1', USAGE)).toMatchObject(assumed);
    },
  );

  it.each([
    'llama3.2',
    'qwen3:8b',
    'gpt-oss:20b',
    'openai/gpt-oss-20b',
    'mistral-7b',
    'mistralai/Mistral-7B-Instruct',
    'gemma3',
    'google/gemma-3-27b-it',
    'deepseek-r1',
    'nomic-embed-text',
    'claude-3.7-sonnet-reasoning-gemma3-12b',
    'my-own',
  ])('costs nothing for a model that anybody may run: %s', (model) => {
    expect(bookOf().price('ollama', model, USAGE)).toEqual({ costUsd: 0, savedUsd: 0, source: 'free' });
  });

  it('costs what the user says', () => {
    const own = bookOf({ 'ollama/gpt-4o': { free: true } });
    expect(own.price('ollama', 'gpt-4o', USAGE)).toMatchObject({ costUsd: 0, source: 'free' });
  });
});

it('has no price for a name that an object of names inherits', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(bookOf().price(name, name, USAGE)).toEqual({ unpriced: 'unknown_model' });
  }
});
