import { defaultMonitor, type Monitor } from '@telltale/core';
import type { AICall, AICallStart } from '../ai-call.ts';
import { aiObserver } from '../observe-ai-call.ts';
import { type AICallTracker, Tracker } from './tracker.ts';

/** What else is known of a call. */
export interface TrackAICallOptions {
  readonly stream?: boolean;
  /** The largest output that the call allows, in tokens: for what a budget sets aside. */
  readonly maxOutputTokens?: number;
  /** How many characters go in: for the same. */
  readonly inputCharacters?: number;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * Tracks a call of a model by hand: tokens, cost, duration, errors, whose it was. The call ends with `tracker.end`. With
 * a function, it ends by itself when that has: with what was told by `tracker.usage`, or with the error that it threw,
 * which goes on its way.
 *
 * @throws {BudgetExceededError} where a budget that blocks has no room left; with a function as a rejection, before the
 * function is called. Nothing else is ever thrown.
 *
 * @example
 * const tracker = trackAICall('orders', 'openai', 'gpt-4o', 'generate');
 * tracker.end(100, 200, calculateAICost('openai', 'gpt-4o', 100, 200)); // or tracker.end(0, 0, 0, error)
 *
 * const answer = await trackAICall('orders', 'openai', 'gpt-4o', 'generate', async (tracker) => {
 *   const answer = await ask(prompt);
 *   tracker.usage({ inputTokens: answer.tokensIn, outputTokens: answer.tokensOut });
 *   return answer.text;
 * });
 */
export function trackAICall(
  service: string,
  provider: string,
  model: string,
  operation: string,
  options?: TrackAICallOptions,
): AICallTracker;
export function trackAICall<T>(
  service: string,
  provider: string,
  model: string,
  operation: string,
  call: (tracker: AICallTracker) => T | Promise<T>,
  options?: TrackAICallOptions,
): Promise<T>;
export function trackAICall<T>(
  service: string,
  provider: string,
  model: string,
  operation: string,
  first?: TrackAICallOptions | ((tracker: AICallTracker) => T | Promise<T>),
  second?: TrackAICallOptions,
): AICallTracker | Promise<T> {
  const { monitor, ...known } = (typeof first === 'function' ? second : first) ?? {};
  const start: AICallStart = { ...known, service, provider, model, operation };
  const observer = aiObserver(monitor ?? defaultMonitor());
  if (typeof first !== 'function') return new Tracker(observer.beginNow(start));
  return observer.begin(start).then((begun: AICall) => run(new Tracker(begun), first));
}

async function run<T>(tracker: Tracker, call: (tracker: AICallTracker) => T | Promise<T>): Promise<T> {
  try {
    const value = await call(tracker);
    tracker.finish();
    return value;
  } catch (error) {
    tracker.finish(error);
    throw error;
  }
}
