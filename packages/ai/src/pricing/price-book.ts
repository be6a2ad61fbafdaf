import { dollars } from '../money.ts';
import type { Usage } from '../usage.ts';
import { charge } from './calculate.ts';
import { isLocalProvider, modelName, nearbyNames, providerName, SELLERS, soldName } from './model-names.ts';
import { OwnPrices, type PriceOverrides } from './price-overrides.ts';
import { bundledPrices, type PriceTable, type TableEntry } from './price-table.ts';
import { publishedEntry, tierRates } from './published.ts';
import type { Rates } from './rates.ts';

/** Where a price is from: the user's own, a table of the providers' published ones, or known to be nothing. */
type PriceSource = 'override' | 'table' | 'free';

/** Why a price is not quite that of the model and tier in question. */
type Approximation = 'dated' | 'fine_tuned' | 'routed' | 'prefix' | 'assumed' | 'tier' | 'incomplete' | 'partial';

/** What a model costs. */
export interface Quote {
  readonly rates: Rates;
  readonly source: PriceSource;
  readonly approximation?: Approximation;
  /** The user or the table has the model by this very name, so that nobody made it up. */
  readonly isListed: boolean;
}

/** Why a call has no price. */
type Unpriced = 'unknown_model' | 'no_usage' | 'no_rate';

/** What a call cost, or why nobody can say. */
export type Price =
  | {
      readonly costUsd: number;
      /** What the provider's cache of inputs saved. */
      readonly savedUsd: number;
      readonly source: PriceSource;
      readonly approximation?: Approximation | undefined;
    }
  | { readonly unpriced: Unpriced };

/** Prices may change with the hour of the day. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 1_000;
const FREE: Quote = {
  rates: { input: 0, output: 0, image: 0, audioHour: 0, characters: 0 },
  source: 'free',
  isListed: false,
};

interface Remembered {
  readonly quote: Quote | undefined;
  readonly until: number;
}

/** What every model costs: the user's own prices over those that were published. */
export class PriceBook {
  table: PriceTable = bundledPrices;
  readonly #own: OwnPrices;
  readonly #now: () => number;
  readonly #reportError: (error: unknown) => void;
  readonly #quotes = new Map<string, Map<string, Map<string, Remembered>>>();
  #remembered = 0;

  /** `reportError` takes what the table throws, which leaves the model without a price. */
  constructor(overrides: PriceOverrides, now: () => number, reportError: (error: unknown) => void) {
    this.#own = new OwnPrices(overrides);
    this.#now = now;
    this.#reportError = reportError;
  }

  /** What the usage of a model costs. `usage` must have been through `acceptUsage`. */
  price(provider: string, model: string, usage: Usage): Price {
    const quote = this.quote(provider, model, usage.serviceTier);
    if (quote === undefined) return { unpriced: 'unknown_model' };
    if (quote.source === 'free') return { costUsd: 0, savedUsd: 0, source: 'free' };
    const found = charge(quote.rates, usage);
    if (found === undefined) return { unpriced: isUsed(usage) ? 'no_rate' : 'no_usage' };
    return {
      costUsd: dollars(found.pico),
      savedUsd: dollars(found.savedPico),
      source: quote.source,
      approximation: quote.approximation ?? (usage.partial ? 'partial' : found.incomplete ? 'incomplete' : undefined),
    };
  }

  /**
   * The same where another model may have answered than was asked for, as a dated snapshot does or what is behind a
   * deployment. The user's own price for either comes before any other.
   */
  priceServed(provider: string, asked: string, served: string, usage: Usage): Price {
    if (served === asked || (this.#isNamed(provider, asked) && !this.#isNamed(provider, served))) {
      return this.price(provider, asked, usage);
    }
    const price = this.price(provider, served, usage);
    const isUnknown = 'unpriced' in price && price.unpriced === 'unknown_model';
    return isUnknown ? this.price(provider, asked, usage) : price;
  }

  #isNamed(provider: string, model: string): boolean {
    return this.#own.named(providerName(provider), modelName(model)) !== undefined;
  }

  /** Whether the user or the table has prices of a provider by this very name, or it is a local server. */
  knowsProvider(name: string): boolean {
    if (name !== name.toLowerCase()) return false;
    const provider = providerName(name);
    return isLocalProvider(provider) || this.#own.hasProvider(provider) || this.#isInTable(provider);
  }

  #isInTable(provider: string): boolean {
    try {
      return this.table.hasProvider(provider);
    } catch (error) {
      this.#reportError(error);
      return false;
    }
  }

  /** What a model costs now, in a tier; `undefined` where nobody said. */
  quote(provider: string, model: string, tier = ''): Quote | undefined {
    const now = this.#now();
    const known = this.#quotes.get(provider)?.get(model)?.get(tier);
    if (known !== undefined && now < known.until) return known.quote;
    const quote = this.#find(providerName(provider), modelName(model), tier.toLowerCase(), new Date(now));
    this.#remember(provider, model, tier, { quote, until: now + REMEMBER_MS });
    return quote;
  }

  /** By map in map: to join the three and hash what comes of it takes longer than all three look-ups. */
  #remember(provider: string, model: string, tier: string, quote: Remembered): void {
    if (this.#remembered++ >= MAX_REMEMBERED) this.#forget();
    let models = this.#quotes.get(provider);
    if (models === undefined) this.#quotes.set(provider, (models = new Map()));
    let tiers = models.get(model);
    if (tiers === undefined) models.set(model, (tiers = new Map()));
    tiers.set(tier, quote);
  }

  #forget(): void {
    this.#quotes.clear();
    this.#remembered = 1;
  }

  /** Takes another table, for every call from now on. */
  replaceTable(table: PriceTable): void {
    this.table = table;
    this.#forget();
  }

  #find(provider: string, model: string, tier: string, at: Date): Quote | undefined {
    const named = this.#own.named(provider, model);
    const own = named ?? this.#own.ofProvider(provider);
    if (own !== undefined) {
      const isListed = named !== undefined;
      return own.free ? { ...FREE, isListed } : { rates: own.rates(tier), source: 'override', isListed };
    }
    const standard = this.#standard(provider, model, at);
    if (standard === undefined) return isLocalProvider(provider) ? FREE : undefined;
    if (tier === '') return standard;
    const rates = tierRates(provider, model, tier, standard.rates);
    if (rates !== undefined) return { ...standard, rates };
    return { ...standard, approximation: standard.approximation ?? 'tier' };
  }

  #standard(provider: string, model: string, at: Date): Quote | undefined {
    if (isLocalProvider(provider)) return this.#sold(provider, model, at);
    const entry = this.#published(provider, model, at);
    if (entry !== undefined) {
      const { rates, match } = entry;
      if (match === 'prefix') return { rates, source: 'table', isListed: false, approximation: 'prefix' };
      return { rates, source: 'table', isListed: match === 'exact' };
    }
    for (const nearby of nearbyNames(provider, model)) {
      const found = this.#published(nearby.provider, nearby.model, at);
      if (found === undefined) continue;
      const isListed = found.match === 'exact' && model.endsWith(nearby.model);
      return { rates: found.rates, source: 'table', isListed, approximation: nearby.reason };
    }
    return undefined;
  }

  /** What a local server may hand on to its seller is not free, though it says nothing of that. */
  #sold(local: string, model: string, at: Date): Quote | undefined {
    const name = soldName(local, model);
    if (name === undefined) return undefined;
    for (const seller of SELLERS) {
      const found = this.#standard(seller, name, at);
      if (found !== undefined) return { ...found, approximation: 'assumed' };
    }
    return undefined;
  }

  #published(provider: string, model: string, at: Date): TableEntry | undefined {
    try {
      return publishedEntry(provider, model) ?? this.table.find(provider, model, at);
    } catch (error) {
      this.#reportError(error);
      return undefined;
    }
  }
}

function isUsed(usage: Usage): boolean {
  return (
    usage.inputTokens + usage.outputTokens > 0 ||
    (usage.images ?? 0) > 0 ||
    (usage.audioSeconds ?? 0) > 0 ||
    (usage.characters ?? 0) > 0
  );
}
