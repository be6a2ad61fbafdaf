import type { Provider } from '@pydantic/genai-prices';
import { type Counter, type Monitor, TelltaleError } from '@telltale/core';
import { isAmount } from '../accept-usage.ts';
import { aiMetrics } from '../metrics.ts';
import type { PriceBook } from './price-book.ts';
import { bundledPrices, entryFrom, type PriceTable, priceLibrary } from './price-table.ts';
import { priceIn, type Rate, type Rates } from './rates.ts';

/** Where prices come from, and how often. */
export interface PriceRefreshOptions {
  readonly priceRefreshHours: number;
  /** @default the address at which the price table's project publishes it */
  readonly priceUrl: string | undefined;
}

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 30_000;
/** Models whose prices are known well enough to tell a table of dollars for a million tokens from anything else. */
const ANCHORS = ['openai/gpt-4o', 'anthropic/claude-sonnet-4-5'];
/** A change larger than this between two tables is a mistake in one of them. */
const MOST_CHANGE = 10;
const MAX_BYTES = 32 * 1024 * 1024;

/** Fetches the price table from time to time, off the way of any call. Where that fails the table stays as it was. */
export class PriceRefresh {
  readonly #monitor: Monitor;
  readonly #prices: PriceBook;
  readonly #url: string | undefined;
  readonly #refreshes: Counter<readonly ['status']>;
  readonly #timer: NodeJS.Timeout;
  readonly #stopped = new AbortController();

  constructor(monitor: Monitor, prices: PriceBook, options: PriceRefreshOptions) {
    this.#monitor = monitor;
    this.#prices = prices;
    this.#url = options.priceUrl;
    this.#refreshes = monitor.instruments.counter(aiMetrics.priceRefreshes);
    this.#timer = setInterval(() => void this.refresh(), options.priceRefreshHours * HOUR_MS).unref();
    setImmediate(() => void this.refresh()).unref();
  }

  /** Fetches now. Never rejects; the answer is whether there is a new table. */
  async refresh(): Promise<boolean> {
    if (this.#stopped.signal.aborted) return false;
    try {
      const url = this.#url ?? priceLibrary().REMOTE_DATA_JSON_URL;
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(PATIENCE_MS)]);
      const table = tableFrom(await fetchJson(url, signal), this.#monitor.config.clock.now());
      if (this.#stopped.signal.aborted) return false;
      this.#prices.replaceTable(table);
      this.#refreshes.labels('success').inc();
      return true;
    } catch (error) {
      if (this.#stopped.signal.aborted) return false;
      this.#refreshes.labels('error').inc();
      this.#monitor.errors.report('ai prices', error);
      return false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort();
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new TelltaleError('ai', `Prices were not to be had: ${url} answered ${response.status}.`);
  const body = await response.arrayBuffer();
  if (body.byteLength > MAX_BYTES) throw new TelltaleError('ai', `The prices of ${url} are ${body.byteLength} bytes.`);
  return JSON.parse(new TextDecoder().decode(body));
}

/** @throws {TelltaleError} where this is no table of prices, or one that prices nothing that is known to have a price. */
function tableFrom(data: unknown, now: number): PriceTable {
  const library = priceLibrary();
  const providers = new Map<string, Provider>();
  for (const provider of Array.isArray(data) ? (data as Provider[]) : []) {
    if (typeof provider?.id === 'string' && Array.isArray(provider.models)) providers.set(provider.id, provider);
  }
  const table: PriceTable = {
    publishedAt: now,
    find: (name, model, at) => {
      const provider = providers.get(library.findProvider({ providerId: name })?.id ?? name);
      const entry = provider && entryFrom(library.calcPrice({}, model, { provider, timestamp: at }), model);
      return entry && areAmounts(entry.rates) ? entry : undefined;
    },
    hasProvider: (name) => providers.has(name),
  };
  for (const name of ANCHORS) {
    const given = inputPrice(table, name, now);
    const installed = inputPrice(bundledPrices, name, now);
    if (installed === undefined) continue;
    if (given === undefined || given * MOST_CHANGE < installed || given > installed * MOST_CHANGE) {
      throw new TelltaleError(
        'ai',
        `What was fetched is no table of prices, having ${given} for ${name} where $${installed} is known; the old one stays.`,
      );
    }
  }
  return table;
}

function inputPrice(table: PriceTable, name: string, now: number): number | undefined {
  const [provider, model] = name.split('/') as [string, string];
  return priceIn(table.find(provider, model, new Date(now))?.rates.input, 0);
}

function areAmounts(rates: Rates): boolean {
  return Object.values(rates as Record<string, Rate>).every((rate) =>
    typeof rate === 'number' ? isAmount(rate) : [rate.base, ...rate.tiers.map(({ price }) => price)].every(isAmount),
  );
}
