import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aiObserver, aiOptions, BudgetExceededError, configureAI, trackAICall } from '@telltale/ai';
import { resolveConfig } from '@telltale/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../servers/redis.ts';
import { type TestMonitor, testMonitor } from '../test-monitor.ts';
import type { SpendOrder, SpendResult } from './spend-process.ts';

const PROCESSES = 4;
const LIMIT_USD = 40;

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-race-'));
  redis = await startRedis({ own: true });
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

function start(order: Omit<SpendOrder, 'limitUsd'>): ChildProcess {
  const script = fileURLToPath(new URL('spend-process.ts', import.meta.url));
  return fork(script, [JSON.stringify({ limitUsd: LIMIT_USD, ...order })], { stdio: 'inherit' });
}

async function resultOf(child: ChildProcess): Promise<SpendResult> {
  const [[result]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return result as SpendResult;
}

async function race(order: Omit<SpendOrder, 'limitUsd'>): Promise<SpendResult> {
  const results = await Promise.all(Array.from({ length: PROCESSES }, () => resultOf(start(order))));
  return results.reduce((sum, each) => ({
    admitted: sum.admitted + each.admitted,
    refused: sum.refused + each.refused,
    spentUsd: sum.spentUsd + each.spentUsd,
  }));
}

/** By the machine's own clock, since Redis and other processes go by it; it can be put forward. */
function realTimeMonitor(): TestMonitor & { advance(milliseconds: number): void } {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead };
  const advance = (milliseconds: number): void => {
    ahead += milliseconds;
  };
  return { ...testMonitor({ clock }), advance };
}

/** What a budget says that was used in such a race, to a service that comes to it afterwards. */
async function leftOver(options: object): Promise<{ readonly spent: string; readonly reserved: string }> {
  const { monitor, scrape } = realTimeMonitor();
  const budgets = [{ name: 'race', limitUsd: LIMIT_USD, per: 'month', onExceeded: 'block' }];
  configureAI(monitor, resolveConfig(aiOptions, { budgets, ...options }, {}));
  const value = async (name: string): Promise<string> => (await scrape(name)).split(' ')[1]!;
  return { spent: await value('ai_budget_spent_usd'), reserved: await value('ai_budget_reserved_usd') };
}

it.each(['ioredis', 'node-redis'] as const)(
  'keeps processes that share a budget through %s within it together, to the cent',
  async (client) => {
    await withRedis((connection) => connection.flushall());
    const result = await race({ redis: { url: redis.url, client }, calls: 60 });
    expect(result.admitted + result.refused).toBe(PROCESSES * 60);
    expect(result.refused).toBeGreaterThan(0);
    expect(result.spentUsd).toBeLessThanOrEqual(LIMIT_USD);
    await withRedis(async (budgetRedis) => {
      expect(await leftOver({ budgetRedis })).toEqual({ spent: String(result.spentUsd), reserved: '0' });
    });
  },
);

it('keeps processes that share a budget through a file within it together, to the cent', async () => {
  const file = join(folder, 'race.sqlite');
  const result = await race({ file, calls: 60 });
  expect(result.refused).toBeGreaterThan(0);
  expect(result.spentUsd).toBeLessThanOrEqual(LIMIT_USD);
  expect(await leftOver({ budgetFile: file })).toEqual({ spent: String(result.spentUsd), reserved: '0' });
});

it.each(['redis', 'file'] as const)('keeps what a killed process had set aside until it lapses: %s', async (store) => {
  const file = join(folder, 'killed.sqlite');
  await withRedis((connection) => connection.flushall());
  const order = store === 'redis' ? { redis: { url: redis.url, client: 'ioredis' } as const } : { file };
  const child = start({ ...order, calls: 5, hang: true });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');

  await withRedis(async (connection) => {
    const { monitor, advance, scrape } = realTimeMonitor();
    const budgets = [{ name: 'race', limitUsd: LIMIT_USD, per: 'month', onExceeded: 'block' }];
    const options = store === 'redis' ? { budgetRedis: connection } : { budgetFile: file };
    configureAI(monitor, resolveConfig(aiOptions, { budgets, ...options }, {}));
    expect(await scrape('ai_budget_reserved_usd')).toBe('ai_budget_reserved_usd{budget="race"} 5');
    advance(16 * 60_000);
    expect(await scrape('ai_budget_reserved_usd')).toBe('ai_budget_reserved_usd{budget="race"} 0');
  });
});

it('goes on by what it knows while Redis is away, and tells it afterwards', async () => {
  await withRedis(async (connection) => {
    await connection.flushall();
    const { monitor, advance, scrape, errors } = realTimeMonitor();
    const budgets = [{ name: 'away', limitUsd: 3, per: 'month', onExceeded: 'block' }];
    const prices = { dollar: { input: 1, output: 1 } };
    configureAI(monitor, resolveConfig(aiOptions, { budgets, prices, budgetRedis: connection }, {}));
    const spendOne = async (): Promise<void> => {
      const call = await aiObserver(monitor).begin({
        ...{ provider: 'acme', model: 'dollar', operation: 'chat' },
        inputCharacters: 0,
        maxOutputTokens: 1e6,
      });
      call.end({ usage: { inputTokens: 0, outputTokens: 1_000_000 } });
      const shown = async (): Promise<string> => scrape('ai_budget_reserved_usd');
      await expect.poll(shown).toMatch(/ 0$/);
    };
    await spendOne();
    await redis.kill();
    await spendOne();
    await spendOne();
    await expect(spendOne()).rejects.toThrow('of $3, $3 are spent');
    expect(errors.some((error) => error.startsWith('ai budgets: '))).toBe(true);
    expect(await scrape('ai_budget_store_failures_total')).toMatch(/store="redis"} [1-9]/);

    await redis.restart();
    await connection.ping();
    advance(10_000);
    await expect(spendOne()).rejects.toThrow('of $3, $3 are spent');
    const spent = async (): Promise<string | null> => {
      const keys = await connection.keys('telltale:ai-budget:{orders}:away:month:*Z');
      return connection.hget(keys[0]!, 'spent');
    };
    await expect.poll(spent).toBe('3');
  });
});

it('lets a caller that cannot wait go by what its process last heard of Redis', async () => {
  await withRedis(async (budgetRedis) => {
    await budgetRedis.flushall();
    const { monitor, scrape } = realTimeMonitor();
    const budgets = [{ name: 'now', limitUsd: 2, per: 'month', onExceeded: 'block' }];
    const prices = { dollar: { input: 1, output: 1 } };
    configureAI(monitor, resolveConfig(aiOptions, { budgets, prices, budgetRedis }, {}));
    const track = () =>
      trackAICall('orders', 'acme', 'dollar', 'chat', { monitor, inputCharacters: 0, maxOutputTokens: 1e6 });
    const trackers = [track(), track()];
    expect(track).toThrow(BudgetExceededError);
    for (const tracker of trackers) tracker.end(0, 500_000);
    await expect.poll(() => scrape('ai_budget_reserved_usd')).toMatch(/ 0$/);
    expect(await scrape('ai_budget_spent_usd')).toMatch(/ 1$/);
    expect(track).not.toThrow();
  });
});

async function withRedis<T>(act: (connection: Redis) => Promise<T>): Promise<T> {
  const connection = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  connection.on('error', () => {});
  try {
    return await act(connection);
  } finally {
    connection.disconnect();
  }
}
