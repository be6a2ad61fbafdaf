import type { AICallStart } from '../ai-call.ts';
import { dollars } from '../money.ts';
import { charge } from '../pricing/calculate.ts';
import type { PriceBook } from '../pricing/price-book.ts';

/** A token is about four characters of English; of other languages fewer, so that estimates of these are too low. */
const CHARACTERS_PER_TOKEN = 4;
const ASSUMED_INPUT_TOKENS = 1_000;

/**
 * The most that a call can be expected to cost, in US dollars: its input at the price of what is not cached, and as much
 * output as it allows. A model without a price is expected to cost nothing, which no budget can help.
 */
export function estimateUsd(prices: PriceBook, start: AICallStart, assumedOutputTokens: number): number {
  const quote = prices.quote(start.provider, start.model);
  if (quote === undefined) return 0;
  const { rates } = quote;
  const characters = start.inputCharacters;
  const found = charge(rates, {
    inputTokens: isCount(characters) ? Math.ceil(characters / CHARACTERS_PER_TOKEN) : ASSUMED_INPUT_TOKENS,
    outputTokens: isCount(start.maxOutputTokens) ? Math.ceil(start.maxOutputTokens) : assumedOutputTokens,
    images: rates.image === undefined ? 0 : 1,
    characters: rates.characters === undefined ? 0 : isCount(characters) ? characters : 0,
  });
  return found === undefined ? 0 : dollars(found.pico);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e9;
}
