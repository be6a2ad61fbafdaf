import { coreOptions, currentContext, resolveConfig, runWithContext, setUpMonitor } from '@telltale/core';
import { expect, it, onTestFinished } from 'vitest';
import { testMonitor } from '../../../../test/test-monitor.ts';
import { BudgetExceededError } from '../budgets/budget-exceeded-error.ts';
import { configureAI } from '../observe-ai-call.ts';
import { aiOptions } from '../options.ts';
import type { Usage } from '../usage.ts';
import { calculateAICost } from './calculate-ai-cost.ts';
import { trackAICall } from './track-ai-call.ts';
import { trackAICallWithCost } from './track-ai-call-with-cost.ts';
import { type AICallTracker, Tracker } from './tracker.ts';

const ARGUMENTS = ['orders', 'openai', 'gpt-4o', 'generate'] as const;

it('tracks a call in the way of the documentation', async () => {
  const { monitor, scrape, log } = testMonitor();
  const tracker = trackAICall(...ARGUMENTS, { monitor });
  tracker.end(100, 200, calculateAICost('openai', 'gpt-4o', 100, 200, { monitor }));
  expect(await scrape('ai_cost_usd_total')).toBe(
    'ai_cost_usd_total{provider="openai",model="gpt-4o",operation="generate"} 0.00225',
  );
  trackAICall(...ARGUMENTS, { monitor }).end(0, 0, 0, new Error('down'));
  expect(await scrape('ai_requests_total')).toContain('status="error"} 1');
  expect(await scrape('ai_unpriced_requests_total')).toBe('');
  expect(log().map(({ level }) => level)).toEqual(['INFO', 'ERROR']);
});

it('prices a call by itself, and takes the word of a caller who knows better', async () => {
  const { monitor, scrape } = testMonitor();
  expect(trackAICall(...ARGUMENTS, { monitor }).end(100, 200)).toBe(0.00225);
  expect(trackAICall(...ARGUMENTS, { monitor }).end({ inputTokens: 100, outputTokens: 200 })).toBe(0.00225);
  expect(trackAICall(...ARGUMENTS, { monitor }).end(100, 200, 0.5)).toBe(0.5);
  expect(trackAICallWithCost(...ARGUMENTS, { monitor }).end(100, 200)).toBe(0.00225);
  expect(trackAICallWithCost(...ARGUMENTS, { monitor }).end(100, 200, new Error('late'))).toBe(0.00225);
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.509$/);
});

it('counts a call as unpriced where its model is unknown, in the documented form too', async () => {
  const { monitor, scrape } = testMonitor();
  const costUsd = calculateAICost('openai', 'gpt-99', 100, 200, { monitor });
  expect(costUsd).toBeUndefined();
  trackAICall('orders', 'openai', 'gpt-99', 'generate', { monitor }).end(100, 200, costUsd);
  expect(await scrape('ai_unpriced_requests_total')).toMatch(/reason="unknown_model"} 1$/);
});

it.each([
  [Number.NaN, 200, {}, 0.002],
  [-5, 200, {}, 0.002],
  [100, 200, { cachedInputTokens: 1_000 }, 0.002125],
  [0, 0, {}, 0],
] as const)('reckons with what is left of %d and %d tokens with %o', async (input, output, details, expected) => {
  const { monitor } = testMonitor();
  expect(calculateAICost('openai', 'gpt-4o', input, output, { ...details, monitor })).toBe(expected);
});

it('reckons in details', () => {
  const { monitor } = testMonitor();
  const batch = { cachedInputTokens: 9_000, serviceTier: 'batch', monitor };
  expect(calculateAICost('anthropic', 'claude-opus-4-6', 10_000, 500, batch)).toBe(0.011);
});

it('takes a cost that cannot be for a mistake, and prices the call itself', async () => {
  const { monitor, scrape } = testMonitor();
  expect(trackAICall(...ARGUMENTS, { monitor }).end(100, 200, Number.NaN)).toBe(0.00225);
  expect(await scrape('ai_tracking_mistakes_total')).toBe('ai_tracking_mistakes_total{mistake="bad_usage"} 1');
});

it('counts what it is told amiss, and neither throws nor loses the call', async () => {
  const { monitor, scrape, errors } = testMonitor();
  const track = trackAICall as unknown as (...given: unknown[]) => AICallTracker;
  const calculate = calculateAICost as unknown as (...given: unknown[]) => number | undefined;
  const missing = track('orders', undefined, undefined, 'generate', { monitor });
  missing.firstToken();
  missing.attemptFailed(new Error('busy'));
  missing.end({ inputTokens: 100, outputTokens: 200 });
  expect(await scrape('ai_requests_total')).toContain('{provider="unknown",model="unknown",operation="generate",');
  expect(await scrape('ai_tracking_mistakes_total')).toBe('ai_tracking_mistakes_total{mistake="bad_call"} 1');
  expect(calculate(null, 'gpt-4o', 1, 1, { monitor })).toBeUndefined();
  expect(await scrape('ai_tracking_mistakes_total')).toBe('ai_tracking_mistakes_total{mistake="bad_call"} 2');
  expect(errors).toEqual([]);
});

it('takes null for what was not told', async () => {
  const { monitor, scrape } = testMonitor();
  const byDefault = setUpMonitor(resolveConfig(coreOptions, { logLevel: 'CRITICAL' }, {}));
  onTestFinished(() => byDefault.close());
  const calculate = calculateAICost as unknown as (...given: unknown[]) => number | undefined;
  const track = trackAICall as unknown as (...given: unknown[]) => AICallTracker;
  expect(calculate('openai', 'gpt-4o', 100, 200, null)).toBe(0.00225);
  expect(calculate('openai', 'gpt-4o', 100, 200, { monitor: null, serviceTier: null })).toBe(0.00225);
  expect(track(...ARGUMENTS, null).end(100, 200, null as unknown as undefined, null)).toBe(0.00225);
  const usage = { inputTokens: 100, outputTokens: 200, cachedInputTokens: null } as unknown as Usage;
  expect(track(...ARGUMENTS, { monitor, maxOutputTokens: null }).end(usage)).toBe(0.00225);
  expect(await scrape('ai_tracking_mistakes_total')).toBe('');
});

it('takes no text for a cost, so that no sum becomes what is no number', async () => {
  const { monitor, scrape } = testMonitor();
  const budgets = [{ name: 'all', limitUsd: 1, per: 'month' }];
  configureAI(monitor, resolveConfig(aiOptions, { budgets, budgetFile: ':memory:' }, {}));
  await runWithContext({}, async () => {
    trackAICall(...ARGUMENTS, { monitor }).end(100, 200, '0.5 USD' as unknown as number);
    trackAICall(...ARGUMENTS, { monitor, inputCharacters: '7' as unknown as number }).end(
      100,
      200,
      '0.5' as unknown as number,
    );
    expect(currentContext()!.ai).toEqual({ calls: 2, tokens: 600, costUsd: 0.0045 });
  });
  expect(await scrape('ai_budget_spent_usd')).toMatch(/ 0.0045$/);
  expect(await scrape('ai_tracking_mistakes_total')).toMatch(/mistake="bad_usage"} 2$/);
});

it('takes what another installed copy of it observes for what it is', () => {
  const told: unknown[] = [];
  const foreign = {
    ...{ attempt() {}, attemptFailed() {}, firstToken() {} },
    cacheLookup: (hit: boolean) => told.push(hit),
    end: () => 0.25,
  };
  const tracker = new Tracker(foreign);
  tracker.cacheHit();
  tracker.cacheMiss();
  expect(tracker.end(100, 200)).toBe(0.25);
  expect(told).toEqual([true, false]);
});

it('remembers what was told by usage until the end, and works with its methods taken apart', () => {
  const { monitor } = testMonitor();
  for (const track of [trackAICall, trackAICallWithCost]) {
    const { usage, firstToken, attempt, attemptFailed, cacheMiss, end } = track(...ARGUMENTS, { monitor });
    attempt();
    attemptFailed(new Error('busy'));
    cacheMiss();
    firstToken();
    usage({ inputTokens: 100, outputTokens: 200 });
    expect((end as () => number | undefined)()).toBe(0.00225);
  }
});

it('ends by itself with a function, and hands on what that returns', async () => {
  const { monitor, scrape, clock } = testMonitor();
  const answer = await trackAICall(
    ...ARGUMENTS,
    async (tracker) => {
      clock.advance(100);
      tracker.firstToken();
      clock.advance(100);
      tracker.usage({ inputTokens: 100, outputTokens: 200 });
      return 'Good day';
    },
    { monitor },
  );
  expect(answer).toBe('Good day');
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.00225$/);
  expect(await scrape('ai_time_to_first_token_seconds')).toContain(
    '_sum{provider="openai",model="gpt-4o",operation="generate"} 0.1',
  );
  expect(await scrape('ai_request_duration_seconds')).toContain('status="success"} 0.2');
});

it('hands on the very error that the function throws', async () => {
  const { monitor, scrape } = testMonitor();
  const error = new TypeError('down');
  const thrown = await trackAICall(...ARGUMENTS, () => Promise.reject(error), { monitor }).catch((each) => each);
  expect(thrown).toBe(error);
  expect(await scrape('ai_errors_total')).toContain('error_type="TypeError"');
});

it("accounts for a cache of the service's own", async () => {
  const { monitor, scrape, log } = testMonitor();
  await runWithContext({}, async () => {
    const miss = trackAICall(...ARGUMENTS, { monitor });
    miss.cacheMiss();
    miss.end(100, 200);
    const hit = trackAICall(...ARGUMENTS, { monitor });
    hit.cacheHit();
    hit.end(100, 200);
    expect(currentContext()!.ai).toEqual({ calls: 1, tokens: 300, costUsd: 0.00225 });
  });
  expect((await scrape('ai_cache_requests_total')).split('\n')).toEqual([
    'ai_cache_requests_total{provider="openai",model="gpt-4o",result="miss"} 1',
    'ai_cache_requests_total{provider="openai",model="gpt-4o",result="hit"} 1',
  ]);
  expect(await scrape('ai_cache_savings_usd_total')).toBe(
    'ai_cache_savings_usd_total{provider="openai",model="gpt-4o",cache="response"} 0.00225',
  );
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0.00225$/);
  expect(await scrape('ai_requests_total')).toContain('status="cached"} 1');
  expect(log()[1]).toMatchObject({ outcome: 'cached', cost_usd: 0, saved_usd: 0.00225 });
});

it('throws nothing but that a budget is spent, before anything is sent', async () => {
  const { monitor } = testMonitor();
  const budgets = [{ name: 'all', limitUsd: 0.003, per: 'month', onExceeded: 'block' }];
  configureAI(monitor, resolveConfig(aiOptions, { budgets, budgetFile: ':memory:', assumedOutputTokens: 0 }, {}));
  trackAICall(...ARGUMENTS, { monitor, inputCharacters: 4_000 }).end(1_000, 0);
  expect(() => trackAICall(...ARGUMENTS, { monitor, inputCharacters: 4_000 })).toThrow(BudgetExceededError);
  let called = false;
  const call = (): void => {
    called = true;
  };
  await expect(trackAICall(...ARGUMENTS, call, { monitor, inputCharacters: 4_000 })).rejects.toThrow(
    BudgetExceededError,
  );
  expect(called).toBe(false);
});
