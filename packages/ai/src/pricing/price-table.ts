import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as genaiPrices from '@pydantic/genai-prices';
import { type Rate, type Rates, scaleTokens } from './rates.ts';
import { type TableMatch, tableMatch } from './table-match.ts';

/** What a model costs by a table of prices, at a time: some prices change at a date, or with the hour of the day. */
export interface PriceTable {
  find(provider: string, model: string, at: Date): TableEntry | undefined;
  /** Whether it has a provider of this very name. */
  hasProvider(name: string): boolean;
  /** When the table was published, in milliseconds since the Unix epoch. */
  readonly publishedAt: number;
}

/** What a table has for a name. */
export interface TableEntry {
  readonly rates: Rates;
  readonly match: TableMatch;
}

type Library = typeof genaiPrices;

/** When versions of the package were published, by the npm registry. One that is not here is newer than the last. */
const PUBLISHED: Readonly<Record<string, string>> = { '0.1.7': '2026-09-16', '0.1.8': '2026-09-23' };
const LAST_PUBLISHED = '2026-09-23';

let library: Library | undefined;
let loadedAt = Date.parse(LAST_PUBLISHED);

/**
 * The package behind the table, half a megabyte of prices. Loaded when it is first asked for, and synchronously, since a
 * price is: that takes some tens of milliseconds once, which {@link preloadPrices} moves out of the first call's way.
 */
export function priceLibrary(): Library {
  if (library === undefined) {
    const require = createRequire(import.meta.url);
    library = require('@pydantic/genai-prices') as Library;
    loadedAt = Date.parse(PUBLISHED[versionOf(require)] ?? LAST_PUBLISHED);
  }
  return library;
}

/** Loads the prices when the event loop is next free, so that no call has to wait for them. */
export function preloadPrices(reportError: (error: unknown) => void): void {
  if (library !== undefined) return;
  setImmediate(() => {
    try {
      priceLibrary();
    } catch (error) {
      reportError(error);
    }
  }).unref();
}

/** The table that came with the installed package. */
export const bundledPrices: PriceTable = {
  find: (provider, model, at) =>
    entryFrom(priceLibrary().calcPrice({}, model, { providerId: provider, timestamp: at }), model),
  hasProvider: (name) => priceLibrary().findProvider({ providerId: name })?.id === name,
  get publishedAt() {
    return loadedAt;
  },
};

function versionOf(require: NodeJS.Require): string {
  try {
    const manifest = join(dirname(require.resolve('@pydantic/genai-prices')), '../package.json');
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

/** Charges nothing, by the table's way of saying so: an entry without prices, where it cannot be an omission. */
const FREE = /:free$|moderation/;

/** What the package found for a name, in our terms. */
export function entryFrom(found: genaiPrices.PriceCalculationResult, name: string): TableEntry | undefined {
  const rates = found === null ? undefined : ratesFrom(found.model_price, found.provider.id, found.model.id);
  if (rates === undefined) return undefined;
  // What nobody charges for need not be told apart from what nobody charges for either.
  const isFree = rates.input === 0 && rates.output === 0;
  return { rates, match: isFree ? 'snapshot' : tableMatch(found!.model, name) };
}

/**
 * What Anthropic takes for writing to the cache, against fresh input, where others sell its models and the table has no
 * price of theirs: https://docs.claude.com/en/docs/build-with-claude/prompt-caching.
 */
const CLAUDE_WRITES = { cacheWrite: 1.25, cacheWrite1h: 2 } as const;

/** The prices of the package in ours. An entry that prices nothing is no price, unless the model is known to be free. */
function ratesFrom(price: genaiPrices.ModelPrice, provider: string, model: string): Rates | undefined {
  if (Object.keys(price).length === 0) return FREE.test(model) ? { input: 0, output: 0 } : undefined;
  const rate = (...keys: readonly string[]): Rate | undefined => {
    for (const key of keys) if (price[key] !== undefined) return rateFrom(price[key]);
    return undefined;
  };
  const plain = (...keys: readonly string[]): number | undefined => rate(...keys) as number | undefined;
  const perThousand = plain('requests_kcount');
  const rates: Record<string, Rate | undefined> = {
    input: rate('input_mtok', 'input_text_mtok'),
    cachedInput: rate('cache_read_mtok', 'cache_text_read_mtok'),
    cacheWrite: rate('cache_write_mtok', 'cache_write_5m_mtok'),
    cacheWrite1h: rate('cache_write_1h_mtok'),
    audioInput: rate('input_audio_mtok'),
    imageInput: rate('input_image_mtok'),
    output: rate('output_mtok', 'output_text_mtok'),
    reasoning: rate('output_reasoning_mtok'),
    audioOutput: rate('output_audio_mtok'),
    imageOutput: rate('output_image_mtok'),
    audioHour: plain('input_audio_hours', 'audio_hours'),
    characters: plain('input_mchars'),
    request: perThousand === undefined ? undefined : perThousand / 1_000,
    webSearch: plain('web_searches_kcount'),
    fileSearch: plain('storage_searches_kcount'),
    codeExecution: plain('code_executions_kcount'),
    // https://groq.com/pricing: each request is billed as ten seconds at least.
    leastAudioSeconds: provider === 'groq' && model.startsWith('whisper') ? 10 : undefined,
  };
  for (const key of ['cacheWrite', 'cacheWrite1h'] as const) {
    if (rates.input !== undefined && model.includes('claude')) {
      rates[key] ??= scaleTokens({ input: rates.input }, CLAUDE_WRITES[key]).input;
    }
  }
  for (const key of Object.keys(rates)) if (rates[key] === undefined) delete rates[key];
  return rates;
}

function rateFrom(price: number | genaiPrices.TieredPrices): Rate {
  if (typeof price === 'number') return price;
  return { base: price.base, tiers: price.tiers.map((tier) => ({ above: tier.start, price: tier.price })) };
}
