import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@telltale/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestMonitor, testMonitor } from '../../../../test/test-monitor.ts';
import { aiObserver, configureAI } from '../observe-ai-call.ts';
import { type AIOptions, aiOptions } from '../options.ts';
import type { Budget } from './budget.ts';
import { BudgetExceededError } from './budget-exceeded-error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-budgets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A million tokens of it cost a dollar, in as well as out. */
const CALL = { provider: 'acme', model: 'dollar', operation: 'chat', inputCharacters: 0, maxOutputTokens: 1_000_000 };
const PRICES = { dollar: { input: 1, output: 1 } };

function budgeted(budget: Partial<Budget>, options: AIOptions = {}): TestMonitor {
  const test = testMonitor();
  configure(test, budget, options);
  return test;
}

function configure({ monitor }: TestMonitor, budget: Partial<Budget>, options: AIOptions = {}): void {
  const budgets: Budget[] = [{ name: 'all', limitUsd: 10, per: 'day', ...budget }];
  configureAI(monitor, resolveConfig(aiOptions, { prices: PRICES, budgets, budgetFile: ':memory:', ...options }, {}));
}

async function spend({ monitor }: TestMonitor, usd: number): Promise<void> {
  const call = await aiObserver(monitor).begin({ ...CALL, maxOutputTokens: usd * 1e6 });
  call.end({ usage: { inputTokens: 0, outputTokens: usd * 1e6 } });
}

it('lets calls through up to the limit, and none that could go over it', async () => {
  const test = budgeted({ onExceeded: 'block', limitUsd: 3 });
  await spend(test, 1);
  await spend(test, 2);
  const error = await aiObserver(test.monitor)
    .begin(CALL)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BudgetExceededError);
  expect(error).toMatchObject({ budget: 'all', limitUsd: 3, spentUsd: 3, reservedUsd: 0, estimatedUsd: 1 });
  expect((error as Error).message).toBe(
    '[telltale] [ai] The budget all has no room for this call: of $3, $3 are spent and $0 set aside for calls that run; ' +
      "this one may cost $1. It begins anew at 2026-11-23T00:00:00.000Z. Raise limitUsd, lower the call's output limit, or wait.",
  );
  expect(await test.scrape('ai_budget_refusals_total')).toBe('ai_budget_refusals_total{budget="all"} 1');
  expect(await test.scrape('ai_requests_total')).toContain('status="blocked"} 1');
});

it('lets no two calls at once take the last dollar', async () => {
  const test = budgeted({ onExceeded: 'block', limitUsd: 5 });
  const begun = await Promise.allSettled(Array.from({ length: 50 }, () => aiObserver(test.monitor).begin(CALL)));
  expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
});

it('gives back what a call did not use, or all of it where it failed', async () => {
  const test = budgeted({ onExceeded: 'block', limitUsd: 1 });
  const observer = aiObserver(test.monitor);
  (await observer.begin(CALL)).end({ error: new Error('down'), httpStatus: 500 });
  (await observer.begin(CALL)).end({ usage: { inputTokens: 0, outputTokens: 100_000 } });
  await expect(observer.begin(CALL)).rejects.toThrow(BudgetExceededError);
  await spend(test, 0.9);
  expect(await test.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 1');
  expect(await test.scrape('ai_budget_reserved_usd')).toBe('ai_budget_reserved_usd{budget="all"} 0');
});

it('takes a call for as dear as it could be where nobody says what it used', async () => {
  const test = budgeted({ limitUsd: 10 });
  (await aiObserver(test.monitor).begin(CALL)).end({ aborted: true });
  expect(await test.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 1');
});

it('leaves nothing set aside where the end of a call cannot be read', async () => {
  const test = budgeted({ limitUsd: 10 });
  const usage = {
    get inputTokens(): number {
      throw new Error('unreadable');
    },
    outputTokens: 1,
  };
  (await aiObserver(test.monitor).begin(CALL)).end({ usage });
  expect(test.errors).toEqual(['ai: unreadable']);
  expect(await test.scrape('ai_budget_reserved_usd')).toBe('ai_budget_reserved_usd{budget="all"} 0');
  expect(await test.scrape('ai_requests_in_flight')).toMatch(/ 0$/);
});

it('begins anew with the period, and forecasts its end', async () => {
  const test = budgeted({ onExceeded: 'block', limitUsd: 2, per: 'hour' });
  test.clock.advance(30 * 60_000);
  await spend(test, 2);
  expect(await test.scrape('ai_budget_forecast_usd')).toBe('ai_budget_forecast_usd{budget="all"} 4');
  await expect(spend(test, 1)).rejects.toThrow(BudgetExceededError);
  test.clock.advance(30 * 60_000);
  await spend(test, 1);
  expect(await test.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 1');
});

it('counts a call in the period in which it began', async () => {
  const test = budgeted({ per: 'hour' });
  const call = await aiObserver(test.monitor).begin(CALL);
  test.clock.advance(61 * 60_000);
  call.end({ usage: { inputTokens: 0, outputTokens: 1_000_000 } });
  expect(await test.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 0');
});

it.each([
  ['alert', 'ERROR'],
  ['warn', 'WARNING'],
] as const)('says once that a budget is nearly spent, and once that it is: %s', async (onExceeded, level) => {
  const test = budgeted({ onExceeded, limitUsd: 4, warnAt: [0.5] });
  for (let i = 0; i < 6; i++) await spend(test, 1);
  await new Promise(setImmediate);
  const lines = test.log().filter(({ budget }) => budget === 'all');
  expect(lines.map(({ level, message, spent_usd }) => [level, message, spent_usd])).toEqual([
    ['WARNING', 'A budget is nearly spent', 2],
    [level, 'A budget is spent', 4],
  ]);
  expect(await test.scrape('ai_budget_exceeded_total')).toBe('ai_budget_exceeded_total{budget="all"} 1');
});

it('holds to it only the calls that match, the function of a user guarded', async () => {
  const test = budgeted({ onExceeded: 'block', limitUsd: 1, match: { operation: 'chat', origin: '/a' } });
  await spend(test, 5);
  expect(await test.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 0');
  configure(test, {
    match: () => {
      throw new Error('oops');
    },
  });
  await spend(test, 5);
  expect(test.errors).toEqual(['ai budgets: oops']);
});

it("takes a call of which no service was told for the monitor's own", async () => {
  const seen: unknown[] = [];
  const test = budgeted(
    { onExceeded: 'block', limitUsd: 1, match: { service: 'orders', attribution: 'orders' } },
    {
      attributeTo: (_, { service }) => {
        seen.push(service);
        return service;
      },
    },
  );
  await spend(test, 1);
  await expect(spend(test, 1)).rejects.toThrow(BudgetExceededError);
  expect(await test.scrape('ai_cost_by_attribution_usd_total')).toContain('attribution="orders"} 1');
  expect(new Set(seen)).toEqual(new Set(['orders']));
});

it('says at the start that a budget for a tenant holds nobody where calls are not attributed', () => {
  const test = budgeted({ match: { attribution: 'acme' } });
  expect(test.log()).toEqual([
    expect.objectContaining({ level: 'WARNING', budget: 'all', message: expect.stringContaining('attributeTo') }),
  ]);
});

it('holds a tenant to a budget by what attributeTo says', async () => {
  const attributeTo = () => 'acme';
  const test = budgeted({ onExceeded: 'block', limitUsd: 1, match: { attribution: 'acme' } }, { attributeTo });
  await spend(test, 1);
  await expect(spend(test, 1)).rejects.toThrow(BudgetExceededError);
});

it('remembers over a restart what was spent, and that it was told', async () => {
  const budgetFile = join(folder, 'restart', 'budgets.sqlite');
  const first = budgeted({ onExceeded: 'block', limitUsd: 3 }, { budgetFile });
  await spend(first, 3);
  await first.monitor.close();
  const second = budgeted({ onExceeded: 'block', limitUsd: 3 }, { budgetFile });
  await expect(spend(second, 1)).rejects.toThrow('of $3, $3 are spent');
  expect(second.log().filter(({ message }) => message === 'A budget is spent')).toEqual([]);
});

it.each(['the monitor was closed', 'it was configured anew'])(
  'counts what a call spent that ended after %s',
  async (what) => {
    const budgetFile = join(folder, what, 'budgets.sqlite');
    const first = budgeted({ limitUsd: 3 }, { budgetFile });
    const call = await aiObserver(first.monitor).begin(CALL);
    if (what === 'the monitor was closed') await first.monitor.close();
    else configure(first, { limitUsd: 3 }, { budgetFile });
    await new Promise(setImmediate);
    call.end({ usage: { inputTokens: 0, outputTokens: 1_000_000 } });
    const second = budgeted({ limitUsd: 3 }, { budgetFile });
    expect(await second.scrape('ai_budget_spent_usd')).toBe('ai_budget_spent_usd{budget="all"} 1');
    expect(await second.scrape('ai_budget_reserved_usd')).toBe('ai_budget_reserved_usd{budget="all"} 0');
    expect(first.errors).toEqual([]);
  },
);

it('goes on in memory where the file cannot be had, and says so', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, 'x');
  const test = budgeted({ onExceeded: 'block', limitUsd: 1 }, { budgetFile: join(file, 'budgets.sqlite') });
  await spend(test, 1);
  await expect(spend(test, 1)).rejects.toThrow(BudgetExceededError);
  expect(test.log()).toContainEqual(
    expect.objectContaining({ level: 'WARNING', message: expect.stringContaining('kept in memory only') }),
  );
});

it('counts what was set aside for a stream that was broken off before its usage was told', async () => {
  const test = budgeted({ limitUsd: 10 });
  const call = await aiObserver(test.monitor).begin({ ...CALL, maxOutputTokens: 2e6 });
  call.end({ aborted: true, usage: { inputTokens: 0, outputTokens: 1, partial: true } });
  expect(await test.samples('ai_budget_spent_usd')).toEqual(['all = 2']);
  expect(await test.samples('ai_approximated_prices_total')).toEqual(['acme dollar partial = 1']);
  expect(test.log().at(-1)).toMatchObject({ outcome: 'aborted', price_approximation: 'partial' });
});
