import type { TableEntry } from './price-table.ts';
import { type Rates, scaleTokens } from './rates.ts';

/**
 * Prices that the table has not, by provider and model, as they were published.
 * All of these: https://platform.openai.com/docs/pricing.
 */
const MODELS: Readonly<Record<string, Rates>> = {
  'openai/dall-e-3': {
    image: {
      'standard/1024x1024': 0.04,
      'standard/1024x1792': 0.08,
      'standard/1792x1024': 0.08,
      'hd/1024x1024': 0.08,
      'hd/1024x1792': 0.12,
      'hd/1792x1024': 0.12,
    },
  },
  'openai/dall-e-2': { image: { 'standard/1024x1024': 0.02, 'standard/512x512': 0.018, 'standard/256x256': 0.016 } },
  'openai/tts-1': { characters: 15 },
  'openai/tts-1-hd': { characters: 30 },
  // The table prices their audio as text.
  'openai/gpt-4o-audio-preview': { input: 2.5, output: 10, audioInput: 40, audioOutput: 80 },
  'openai/gpt-4o-mini-audio-preview': { input: 0.15, output: 0.6, audioInput: 10, audioOutput: 20 },
};

/** US dollars for a million tokens. Where there is no second price, what was read from the cache costs the first. */
type TextRates = readonly [input: number, cachedInput: number | undefined, output: number];

/** What using a model costs that was fine-tuned from this one, as usual and in a batch; the same page. */
const FINE_TUNED: Readonly<Record<string, { readonly standard: TextRates; readonly batch: TextRates }>> = {
  'o4-mini': { standard: [4, 1, 16], batch: [2, 0.5, 8] },
  'gpt-4.1': { standard: [3, 0.75, 12], batch: [1.5, 0.5, 6] },
  'gpt-4.1-mini': { standard: [0.8, 0.2, 3.2], batch: [0.4, 0.1, 1.6] },
  'gpt-4.1-nano': { standard: [0.2, 0.05, 0.8], batch: [0.1, 0.025, 0.4] },
  'gpt-4o': { standard: [3.75, 1.875, 15], batch: [2.225, 0.9, 12.5] },
  'gpt-4o-mini': { standard: [0.3, 0.15, 1.2], batch: [0.15, 0.075, 0.6] },
  'gpt-3.5-turbo': { standard: [3, undefined, 6], batch: [1.5, undefined, 3] },
  'davinci-002': { standard: [12, undefined, 12], batch: [6, undefined, 6] },
  'babbage-002': { standard: [1.6, undefined, 1.6], batch: [0.8, undefined, 0.9] },
};

/** https://openai.com/api-priority-processing and https://platform.openai.com/docs/pricing, priority. */
const PRIORITY: Readonly<Record<string, TextRates>> = {
  'gpt-5.5': [12.5, 1.25, 75],
  'gpt-5.4': [5, 0.5, 30],
  'gpt-5.4-mini': [1.5, 0.15, 9],
  'gpt-5.2': [3.5, 0.35, 28],
  'gpt-5.1': [2.5, 0.25, 20],
  'gpt-5.1-codex': [2.5, 0.25, 20],
  'gpt-5': [2.5, 0.25, 20],
  'gpt-5-codex': [2.5, 0.25, 20],
  'gpt-5-mini': [0.45, 0.045, 3.6],
  'gpt-4.1': [3.5, 0.875, 14],
  'gpt-4.1-mini': [0.7, 0.175, 2.8],
  'gpt-4.1-nano': [0.2, 0.05, 0.8],
  'gpt-4o-2024-05-13': [8.75, undefined, 26.25],
  'gpt-4o': [4.25, 2.125, 17],
  'gpt-4o-mini': [0.25, 0.125, 1],
  o3: [3.5, 0.875, 14],
  'o4-mini': [2, 0.5, 8],
};

const DATE = /-20\d\d-\d\d-\d\d$/;
/** The same, or in short, where the name of a fine-tuned model may go on. */
const SNAPSHOT = /-(20\d\d-\d\d-\d\d|\d{4})(:|$)/;

/** Prices that the table has not, as their providers published them. */
export function publishedEntry(provider: string, model: string): TableEntry | undefined {
  const match = SNAPSHOT.test(model) ? 'snapshot' : 'exact';
  const tuned = fineTuned(provider, model);
  if (tuned !== undefined) return { rates: textRates(tuned.standard), match };
  const name = `${provider}/${model.replace(DATE, '')}`;
  return Object.hasOwn(MODELS, name) ? { rates: MODELS[name]!, match } : undefined;
}

function fineTuned(provider: string, model: string) {
  if (provider !== 'openai' || !model.startsWith('ft:')) return undefined;
  const base = model.split(':')[1]!.replace(/-(20\d\d-\d\d-\d\d|\d{4})$/, '');
  return Object.hasOwn(FINE_TUNED, base) ? FINE_TUNED[base] : undefined;
}

function textRates([input, cachedInput, output]: TextRates): Rates {
  return cachedInput === undefined ? { input, output } : { input, cachedInput, output };
}

/**
 * Who sells batches at half the price of tokens:
 * https://platform.openai.com/docs/guides/batch, https://docs.claude.com/en/docs/build-with-claude/batch-processing,
 * https://ai.google.dev/gemini-api/docs/batch-api, https://docs.mistral.ai/capabilities/batch,
 * https://console.groq.com/docs/batch, https://aws.amazon.com/bedrock/pricing,
 * https://azure.microsoft.com/pricing/details/cognitive-services/openai-service.
 */
const HALF_PRICE_BATCHES = new Set(['openai', 'anthropic', 'google', 'mistral', 'groq', 'aws', 'azure']);

/** https://platform.openai.com/docs/guides/flex-processing, https://ai.google.dev/gemini-api/docs/optimization. */
const HALF_PRICE_FLEX = new Set(['openai', 'google']);

/** What the standard tier is called in answers. Groq's flex tier costs what its standard one does. */
const STANDARD = new Set(['default', 'standard', 'standard_only', 'auto', 'on_demand', 'scale', 'groq/flex']);

/**
 * What a tier costs, given what the model costs in the standard one; `undefined` where that was not published: Anthropic's
 * priority tier is paid by contract, Google's is "75% to 100% more".
 */
export function tierRates(provider: string, model: string, tier: string, standard: Rates): Rates | undefined {
  if (STANDARD.has(tier) || STANDARD.has(`${provider}/${tier}`)) return standard;
  if (tier === 'batch' && HALF_PRICE_BATCHES.has(provider)) return batchRates(provider, model, standard);
  if (tier === 'flex' && HALF_PRICE_FLEX.has(provider)) return scaleTokens(standard, 0.5);
  if (tier !== 'priority' || provider !== 'openai') return undefined;
  const undated = model.replace(DATE, '');
  const key = [model, undated].find((name) => Object.hasOwn(PRIORITY, name));
  return key === undefined ? undefined : { ...standard, ...textRates(PRIORITY[key]!) };
}

/** OpenAI has no price in a batch for what older models read from the cache: it costs what any input does. */
const CACHED_IN_BATCHES = /^gpt-5/;

function batchRates(provider: string, model: string, standard: Rates): Rates {
  const tuned = fineTuned(provider, model);
  if (tuned !== undefined) return textRates(tuned.batch);
  // What Google read from its cache costs the same in a batch.
  if (provider === 'google') return scaleTokens(standard, 0.5, ['cachedInput']);
  const half = scaleTokens(standard, 0.5);
  if (provider !== 'openai' || CACHED_IN_BATCHES.test(model)) return half;
  const { cachedInput: _, ...rest } = half;
  return rest;
}
