import { defaultMonitor } from '@telltale/core';
import type { AICallEnd } from '../ai-call.ts';
import { aiObserver } from '../observe-ai-call.ts';
import type { Usage } from '../usage.ts';
import type { TrackAICallOptions } from './track-ai-call.ts';
import { type AICallTracker, Tracker } from './tracker.ts';

/** A tracker whose call is always priced by the price table. */
export interface AICostTracker extends Omit<AICallTracker, 'end'> {
  /** Ends the call. Returns what it cost, in US dollars; `undefined` where that is not known. */
  end(inputTokens: number, outputTokens: number, error?: unknown): number | undefined;
  end(usage?: Usage, error?: unknown): number | undefined;
}

/**
 * Tracks a call of a model as {@link trackAICall} does, and prices it.
 *
 * @throws {BudgetExceededError} where a budget that blocks has no room left. Nothing else is ever thrown.
 *
 * @example
 * const tracker = trackAICallWithCost('orders', 'openai', 'gpt-4o', 'generate');
 * const costUsd = tracker.end(100, 200);
 */
export function trackAICallWithCost(
  service: string,
  provider: string,
  model: string,
  operation: string,
  options?: TrackAICallOptions,
): AICostTracker {
  const { monitor, ...known } = options ?? {};
  return new CostTracker(
    aiObserver(monitor ?? defaultMonitor()).beginNow({ ...known, service, provider, model, operation }),
  );
}

class CostTracker extends Tracker implements AICostTracker {
  protected override counted(inputTokens: number, outputTokens: number, error: unknown): AICallEnd {
    return { usage: { inputTokens, outputTokens }, error };
  }
}
