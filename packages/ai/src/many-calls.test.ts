import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { resolveConfig } from '@telltale/core';
import { expect, it } from 'vitest';
import { Seeded } from '../../../test/seeded.ts';
import { type TestMonitor, testMonitor } from '../../../test/test-monitor.ts';
import { aiObserver, configureAI } from './observe-ai-call.ts';
import { aiOptions } from './options.ts';
import { trackAICall } from './tracking/track-ai-call.ts';

const CALL = { provider: 'openai', model: 'gpt-4o', operation: 'chat' };
const CALLS = Number(process.env.TELLTALE_AI_CALLS ?? 10_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Drops so many calls; in a function of its own, so that nothing on the stack keeps them. */
function dropCalls({ monitor }: TestMonitor, count: number): void {
  for (let i = 0; i < count; i++) trackAICall('orders', 'openai', 'gpt-4o', 'chat', { monitor });
}

it('ends each of many calls at once exactly once, however they end', async () => {
  const test = testMonitor({ logLevel: 'ERROR' });
  const { monitor, scrape } = test;
  const budgets = [{ name: 'all', limitUsd: 1e6, per: 'month' }];
  configureAI(monitor, resolveConfig(aiOptions, { budgets, budgetFile: ':memory:', logAICalls: false }, {}));
  const observer = aiObserver(monitor);
  const random = new Seeded(11);
  const counts = { success: 0, error: 0, aborted: 0 };
  const calls = await Promise.all(Array.from({ length: CALLS }, () => observer.begin(CALL)));
  expect(await scrape('ai_requests_in_flight')).toMatch(new RegExp(` ${CALLS}$`));
  await Promise.all(
    calls.map(async (call) => {
      for (let turns = Math.floor(random.next() * 5); turns > 0; turns--) await new Promise(setImmediate);
      call.firstToken();
      const way = random.next();
      if (way < 0.5) {
        counts.success++;
        call.end({ usage: { inputTokens: 10, outputTokens: 10 } });
      } else if (way < 0.8) {
        counts.aborted++;
        call.end({ aborted: true });
      } else {
        counts.error++;
        call.end({ error: new DOMException('slow', 'TimeoutError') });
      }
      if (way < 0.1) call.end({ aborted: true });
    }),
  );
  expect(await scrape('ai_requests_in_flight')).toMatch(/ 0$/);
  expect(await scrape('ai_budget_reserved_usd')).toMatch(/ 0$/);
  const requests = await scrape('ai_requests_total');
  for (const [status, count] of Object.entries(counts)) expect(requests).toContain(`status="${status}"} ${count}`);
  expect(counts.success + counts.aborted + counts.error).toBe(CALLS);
});

it('finds the calls that nobody ended, and counts them', async () => {
  const test = testMonitor();
  const { monitor, scrape } = test;
  const budgets = [{ name: 'all', limitUsd: 100, per: 'month' }];
  const prices = { 'gpt-4o': { input: 1, output: 1_000 } };
  configureAI(monitor, resolveConfig(aiOptions, { budgets, prices, budgetFile: ':memory:' }, {}));
  dropCalls(test, 20);
  await expect
    .poll(async () => {
      collectGarbage();
      return scrape('ai_tracking_mistakes_total');
    })
    .toBe('ai_tracking_mistakes_total{mistake="never_ended"} 20');
  expect(await scrape('ai_requests_in_flight')).toMatch(/ 0$/);
  // Nobody knows what they used, so that what was set aside counts as spent.
  expect(await scrape('ai_budget_spent_usd')).toMatch(/ 20\.02$/);
});

it('keeps nothing of calls that have ended', async () => {
  const { monitor } = testMonitor({ logLevel: 'ERROR' });
  const observer = aiObserver(monitor);
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const call = await observer.begin(CALL);
      call.end({ usage: { inputTokens: 10, outputTokens: 10 } });
    }
    await new Promise(setImmediate);
    collectGarbage();
  };
  await run(20_000);
  const before = process.memoryUsage().heapUsed;
  await run(20_000);
  // A hundred bytes of each would be two megabytes.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
});
