import { modelName, providerName } from './model-names.ts';
import { type Rate, type Rates, scaleTokens } from './rates.ts';

/**
 * A price of the user's own, in US dollars for a million tokens, unless its name says otherwise. What is absent goes by
 * the more general price: `cachedInput` by `input`, `cacheWrite1h` by `cacheWrite`.
 */
export interface PriceOverride {
  readonly input?: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  readonly cacheWrite1h?: number;
  readonly audioInput?: number;
  readonly imageInput?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly audioOutput?: number;
  readonly imageOutput?: number;
  /** US dollars for an image. */
  readonly perImage?: number;
  /** US dollars for a minute of audio. */
  readonly perAudioMinute?: number;
  readonly perMillionCharacters?: number;
  /** US dollars for each request. */
  readonly perRequest?: number;
  /** US dollars for a thousand searches of the web. */
  readonly perThousandWebSearches?: number;
  /** What a tier's tokens cost, as a part of these: `{ batch: 0.5, priority: 2 }`. A tier that is not named costs the same. */
  readonly tiers?: Readonly<Record<string, number>>;
  /** Nothing is charged; such a call costs $0, and is not unpriced. */
  readonly free?: boolean;
}

/** Prices by `provider/model`, `model`, or `provider/*`, the first of these that is there; capitals do not matter. */
export type PriceOverrides = Readonly<Record<string, PriceOverride>>;

/** Names of {@link PriceOverride}, against what they are in the rates, and how many of theirs make one of these. */
const AMOUNTS: Readonly<Record<Exclude<keyof PriceOverride, 'tiers' | 'free'>, readonly [keyof Rates, number]>> = {
  input: ['input', 1],
  cachedInput: ['cachedInput', 1],
  cacheWrite: ['cacheWrite', 1],
  cacheWrite1h: ['cacheWrite1h', 1],
  audioInput: ['audioInput', 1],
  imageInput: ['imageInput', 1],
  output: ['output', 1],
  reasoning: ['reasoning', 1],
  audioOutput: ['audioOutput', 1],
  imageOutput: ['imageOutput', 1],
  perImage: ['image', 1],
  perAudioMinute: ['audioHour', 60],
  perMillionCharacters: ['characters', 1],
  perRequest: ['request', 1],
  perThousandWebSearches: ['webSearch', 1],
};

/** Whether a value is a table of prices: known names, each with a number of zero or more. */
export function arePriceOverrides(raw: unknown): boolean {
  return isRecord(raw) && Object.values(raw).every(isOverride);
}

function isOverride(raw: unknown): boolean {
  if (!isRecord(raw)) return false;
  const { tiers, free, ...amounts } = raw;
  return (
    (free === undefined || typeof free === 'boolean') &&
    (tiers === undefined || (isRecord(tiers) && Object.values(tiers).every(isAmount))) &&
    Object.entries(amounts).every(([name, amount]) => Object.hasOwn(AMOUNTS, name) && isAmount(amount)) &&
    (free === true || Object.keys(amounts).length > 0)
  );
}

/** A price of the user's, as it is reckoned with. */
export interface OwnPrice {
  readonly free: boolean;
  rates(tier: string): Rates;
}

/** The user's prices, found by the names that look-ups go by, however the user spelled them. */
export class OwnPrices {
  readonly #prices = new Map<string, OwnPrice>();
  readonly #providers = new Set<string>();

  constructor(overrides: PriceOverrides) {
    for (const [key, override] of Object.entries(overrides)) {
      const price = ownPrice(override);
      if (key.includes('/')) this.#providers.add(providerName(key.slice(0, key.indexOf('/'))));
      for (const name of namesOf(key)) if (name === key || !this.#prices.has(name)) this.#prices.set(name, price);
    }
  }

  /** The price of a model that the user named. */
  named(provider: string, model: string): OwnPrice | undefined {
    return this.#prices.get(`${provider}/${model}`) ?? this.#prices.get(model);
  }

  /** Whether there are prices for a provider. */
  hasProvider(provider: string): boolean {
    return this.#providers.has(provider);
  }

  /** The price of whatever a provider has. */
  ofProvider(provider: string): OwnPrice | undefined {
    return this.#prices.get(`${provider}/*`);
  }
}

/** What is before a slash is the provider, or a part of the model's name as routers have them. */
function namesOf(key: string): readonly string[] {
  const slash = key.indexOf('/');
  if (slash <= 0) return [modelName(key)];
  return [`${providerName(key.slice(0, slash))}/${modelName(key.slice(slash + 1))}`, modelName(key)];
}

function ownPrice(override: PriceOverride): OwnPrice {
  const rates: Record<string, Rate> = {};
  for (const [name, [key, times]] of Object.entries(AMOUNTS)) {
    const amount = override[name as keyof typeof AMOUNTS];
    if (amount !== undefined) rates[key] = amount * times;
  }
  const tiers = new Map(Object.entries(override.tiers ?? {}).map(([tier, part]) => [tier.toLowerCase(), part]));
  return { free: override.free === true, rates: (tier) => scaleTokens(rates, tiers.get(tier) ?? 1) };
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function isAmount(raw: unknown): boolean {
  return typeof raw === 'number' && raw >= 0 && raw < Number.POSITIVE_INFINITY;
}
