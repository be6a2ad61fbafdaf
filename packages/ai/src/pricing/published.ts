import { type Rates, scaleTokens } from './rates.ts';

/**
 * Prices that the table has not, by provider and model, as they were published.
 * Images and speech: https://platform.openai.com/docs/pricing.
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
};

/** What using a model costs that was fine-tuned from this one: https://platform.openai.com/docs/pricing, fine-tuning. */
const FINE_TUNED: Readonly<Record<string, Rates>> = {
  'gpt-4.1': { input: 3, cachedInput: 0.75, output: 12 },
  'gpt-4.1-mini': { input: 0.8, cachedInput: 0.2, output: 3.2 },
  'gpt-4.1-nano': { input: 0.2, cachedInput: 0.05, output: 0.8 },
  'gpt-4o': { input: 3.75, cachedInput: 1.875, output: 15 },
  'gpt-4o-mini': { input: 0.3, cachedInput: 0.15, output: 1.2 },
  'gpt-3.5-turbo': { input: 3, output: 6 },
};

/** https://openai.com/api-priority-processing, in US dollars for a million tokens. */
const PRIORITY: Readonly<Record<string, readonly [input: number, cachedInput: number, output: number]>> = {
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
};

const DATE = /-20\d\d-\d\d-\d\d$/;

/** Prices that the table has not, as their providers published them. */
export function publishedRates(provider: string, model: string): Rates | undefined {
  if (provider === 'openai' && model.startsWith('ft:')) {
    const base = model.split(':')[1]!.replace(DATE, '');
    return Object.hasOwn(FINE_TUNED, base) ? FINE_TUNED[base] : undefined;
  }
  const name = `${provider}/${model}`;
  return Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
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
  // What Google read from its cache costs the same in a batch.
  const fullPrice = provider === 'google' ? (['cachedInput'] as const) : [];
  if (tier === 'batch' && HALF_PRICE_BATCHES.has(provider)) return scaleTokens(standard, 0.5, fullPrice);
  if (tier === 'flex' && HALF_PRICE_FLEX.has(provider)) return scaleTokens(standard, 0.5);
  if (tier !== 'priority' || provider !== 'openai') return undefined;
  const priority = PRIORITY[model.replace(DATE, '')];
  if (priority === undefined) return undefined;
  const [input, cachedInput, output] = priority;
  return { ...standard, input, cachedInput, output };
}
