/** Makes calls at once against a budget that others share, and tells its parent what came of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { aiObserver, aiOptions, BudgetExceededError, configureAI, type RedisLike } from '@telltale/ai';
import { createMonitor, resolveConfig } from '@telltale/core';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

/** What the parent asks for. */
export interface SpendOrder {
  readonly redis?: { readonly url: string; readonly client: 'ioredis' | 'node-redis' };
  readonly file?: string;
  readonly limitUsd: number;
  readonly calls: number;
  /** Begin the calls, say so, and wait to be killed. */
  readonly hang?: boolean;
}

/** What it is told. */
export interface SpendResult {
  readonly admitted: number;
  readonly refused: number;
  readonly spentUsd: number;
}

const order = JSON.parse(process.argv[2]!) as SpendOrder;
const monitor = createMonitor({ serviceName: 'orders', logDestination: '/dev/null', defaultMetrics: false }, {});
const client = order.redis && (await connect(order.redis));
configureAI(
  monitor,
  resolveConfig(
    aiOptions,
    {
      prices: { dollar: { input: 1, output: 1 } },
      budgets: [{ name: 'race', limitUsd: order.limitUsd, per: 'month', onExceeded: 'block' }],
      budgetRedis: client?.redis,
      budgetFile: order.file,
      // Processes that start at once on a busy machine are slow, and what is tested is Redis, not the lack of it.
      budgetTimeoutMs: 60_000,
    },
    {},
  ),
);

const result = { admitted: 0, refused: 0, spentUsd: 0 };
await Promise.all(Array.from({ length: order.calls }, (_, i) => spend(i)));
await monitor.close();
process.send!(result satisfies SpendResult);
// What is settled through Redis is on its way still.
await client?.end();
process.disconnect();

async function spend(i: number): Promise<void> {
  const start = {
    provider: 'acme',
    model: 'dollar',
    operation: 'chat',
    inputCharacters: 0,
    maxOutputTokens: 1_000_000,
  };
  try {
    const call = await aiObserver(monitor).begin(start);
    result.admitted++;
    if (order.hang) {
      if (result.admitted + result.refused === order.calls) process.send!(result);
      await delay(3_600_000);
    }
    await delay(i % 7);
    // A third fails and costs nothing; the rest costs what was set aside or half of it.
    const outputTokens = i % 3 === 1 ? 500_000 : 1_000_000;
    if (i % 3 === 0) call.end({ error: new Error('down') });
    else {
      result.spentUsd += outputTokens / 1e6;
      call.end({ usage: { inputTokens: 0, outputTokens } });
    }
  } catch (error) {
    if (!(error instanceof BudgetExceededError)) throw error;
    result.refused++;
  }
}

async function connect({ url, client }: NonNullable<SpendOrder['redis']>) {
  if (client === 'ioredis') {
    const redis = new Redis(url);
    return { redis: redis as RedisLike, end: () => redis.quit() };
  }
  const redis = createClient({ url });
  await redis.connect();
  return { redis: redis as unknown as RedisLike, end: () => redis.close() };
}
