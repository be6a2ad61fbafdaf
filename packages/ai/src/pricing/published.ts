import { type Rates, scaleTokens } from './rates.ts';

/** Prices that the table has not, as their providers published them; by provider and model. */
export function publishedRates(_provider: string, _model: string): Rates | undefined {
  return undefined;
}

/** What a tier costs, given what the model costs in the standard one; `undefined` where that was not published. */
export function tierRates(_provider: string, _model: string, tier: string, standard: Rates): Rates | undefined {
  if (tier === 'batch') return scaleTokens(standard, 0.5);
  return tier === 'default' || tier === 'standard' ? standard : undefined;
}
