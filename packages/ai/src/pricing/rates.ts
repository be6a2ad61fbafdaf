/**
 * What a unit costs. With tiers, the last one whose `above` the input tokens of the whole request exceed is the price
 * of every such unit in it: a long context re-prices the request, not only what is past the mark.
 */
export type Rate = number | TieredRate;

/** A price that changes with the length of the request. */
interface TieredRate {
  readonly base: number;
  /** Ascending. */
  readonly tiers: readonly { readonly above: number; readonly price: number }[];
}

/** What a model costs. Absent: that unit has no price of its own, and goes by the more general one, if there is one. */
export interface Rates {
  /** US dollars for a million tokens, each. */
  readonly input?: Rate;
  readonly cachedInput?: Rate;
  readonly cacheWrite?: Rate;
  readonly cacheWrite1h?: Rate;
  readonly audioInput?: Rate;
  readonly imageInput?: Rate;
  readonly output?: Rate;
  /** Of the output. */
  readonly reasoning?: Rate;
  readonly audioOutput?: Rate;
  readonly imageOutput?: Rate;
  /** US dollars for an hour of audio. */
  readonly audioHour?: number;
  /** The least that is charged of one piece of audio. */
  readonly leastAudioSeconds?: number;
  /** US dollars for a million characters. */
  readonly characters?: number;
  /** US dollars for an image: one price, or one for each `quality/size`, with `*` for any other. */
  readonly image?: number | Readonly<Record<string, number>>;
  /** US dollars for each request. */
  readonly request?: number;
  /** US dollars for a thousand calls of a tool that the provider runs. */
  readonly webSearch?: number;
  readonly fileSearch?: number;
  readonly codeExecution?: number;
}

/** The price of a unit in a request with so many input tokens. */
export function priceIn(rate: Rate | undefined, inputTokens: number): number | undefined {
  if (rate === undefined || typeof rate === 'number') return rate;
  let price = rate.base;
  for (const tier of rate.tiers) if (inputTokens > tier.above) price = tier.price;
  return price;
}

const TOKEN_RATES = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const;

/** The same rates with those for tokens multiplied, except for those named. */
export function scaleTokens(rates: Rates, factor: number, except: readonly (keyof Rates)[] = []): Rates {
  const scaled: Record<string, unknown> = { ...rates };
  for (const key of TOKEN_RATES) {
    const rate = rates[key];
    if (rate === undefined || except.includes(key)) continue;
    scaled[key] =
      typeof rate === 'number'
        ? rate * factor
        : {
            base: rate.base * factor,
            tiers: rate.tiers.map(({ above, price }) => ({ above, price: price * factor })),
          };
  }
  return scaled;
}
