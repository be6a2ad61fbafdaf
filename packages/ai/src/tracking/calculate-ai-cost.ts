import { defaultMonitor, type Monitor } from '@telltale/core';
import { isName } from '../accept-start.ts';
import { acceptUsage } from '../accept-usage.ts';
import { aiObserver } from '../observe-ai-call.ts';
import type { Usage } from '../usage.ts';

/** What else bears on the price: cached tokens, images, the tier. */
export interface AICostDetails extends Omit<Partial<Usage>, 'inputTokens' | 'outputTokens'> {
  /** Whose prices. @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * What a call costs, in US dollars, by the user's own prices and the price table. `undefined`, and never 0, where that is
 * not known; the log names such a model once. What cannot be counted (negative, NaN, a part larger than its whole) is
 * taken for 0 or cut, and counted in `ai_tracking_mistakes_total`. Never throws.
 *
 * @example
 * calculateAICost('openai', 'gpt-4o', 1_000, 500); // 0.0075
 * calculateAICost('anthropic', 'claude-sonnet-4-5', 10_000, 500, { cachedInputTokens: 9_000, serviceTier: 'batch' });
 */
export function calculateAICost(
  provider: string,
  model: string,
  inputTokens: number,
  outputTokens: number,
  details?: AICostDetails,
): number | undefined {
  const { monitor: given, ...rest } = details ?? {};
  const monitor = given ?? defaultMonitor();
  return monitor.errors.guard(
    'ai',
    () => {
      const observer = aiObserver(monitor);
      if (!isName(provider) || !isName(model)) {
        observer.metrics.mistake('bad_call');
        return undefined;
      }
      const { usage, corrected } = acceptUsage({ ...rest, inputTokens, outputTokens });
      if (corrected) observer.metrics.mistake('bad_usage');
      const price = observer.prices.price(provider, model, usage);
      if ('costUsd' in price) return price.costUsd;
      if (price.unpriced === 'no_usage') return 0;
      observer.tellUnpriced(provider, model);
      return undefined;
    },
    undefined,
  );
}
