import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Account, Answer, Hold, Ledger } from '../../packages/ai/src/budgets/ledger.ts';
import { MemoryLedger } from '../../packages/ai/src/budgets/memory-ledger.ts';
import { RedisLedger } from '../../packages/ai/src/budgets/redis-ledger.ts';
import { SqliteLedger } from '../../packages/ai/src/budgets/sqlite-ledger.ts';
import { Seeded } from '../seeded.ts';
import { startRedis, type TestRedis } from '../servers/redis.ts';

let redis: TestRedis;
let connection: Redis;
beforeAll(async () => {
  redis = await startRedis({ own: true });
  connection = new Redis(redis.url);
});
afterAll(async () => {
  connection.disconnect();
  await redis.stop();
});

function account(name: string, limitUsd: number | undefined, now: number): Account {
  return { key: `telltale:{test}:${name}`, limitUsd, endsAt: now + 30 * 86_400_000 };
}

it('answers alike from memory, a file and Redis, whatever is reserved, settled and let lapse', async () => {
  const random = new Seeded(Number(process.env.TELLTALE_SEED ?? 5));
  let now = Date.now();
  const ledgers: readonly Ledger[] = [
    new MemoryLedger(),
    new SqliteLedger(':memory:', now),
    new RedisLedger(connection),
  ];
  const accounts = [account('a', 20, now), account('b', 35, now), account('c', undefined, now)];
  const holds: Hold[] = [];
  let refused = 0;
  let lapsed = 0;
  for (let i = 0; i < 600; i++) {
    const what = random.next();
    let answers: readonly (Answer | readonly unknown[])[];
    if (what < 0.5) {
      const some = accounts.filter(() => random.next() < 0.6);
      const hold: Hold = { id: `hold-${i}`, amountUsd: Math.round(random.next() * 300) / 100, accounts: some };
      const each = await Promise.all(ledgers.map(async (ledger) => ledger.reserve(hold, now)));
      if (each[0]!.refusedBy === undefined) holds.push(hold);
      else refused++;
      answers = each;
    } else if (what < 0.9 && holds.length > 0) {
      const [hold] = holds.splice(Math.floor(random.next() * holds.length), 1);
      const costUsd = Math.round(random.next() * hold!.amountUsd * 30) / 100;
      answers = await Promise.all(ledgers.map(async (ledger) => ledger.settle(hold!, costUsd, now)));
    } else {
      if (what > 0.97) {
        now += 16 * 60_000;
        lapsed += holds.length;
      }
      answers = await Promise.all(ledgers.map(async (ledger) => ledger.balances(accounts, now)));
    }
    const [memory, ...others] = answers.map(rounded);
    for (const other of others) expect(other).toEqual(memory);
  }
  expect(refused).toBeGreaterThan(10);
  expect(lapsed).toBeGreaterThan(10);
});

it('settles once in Redis, however often it is told to', async () => {
  const ledger = new RedisLedger(connection);
  const now = Date.now();
  const hold: Hold = { id: 'twice', amountUsd: 1, accounts: [account('twice', 5, now)] };
  await ledger.reserve(hold, now);
  for (let i = 0; i < 3; i++) {
    const { balances } = await ledger.settle(hold, 0.25, now);
    expect(balances).toEqual([{ spentUsd: 0.25, reservedUsd: 0 }]);
  }
});

it('leaves nothing in Redis for ever', async () => {
  const ledger = new RedisLedger(connection);
  const now = Date.now();
  const hold: Hold = { id: 'one', amountUsd: 1, accounts: [account('ttl', 5, now)] };
  await ledger.reserve(hold, now);
  await ledger.settle({ ...hold, id: 'two' }, 1, now);
  await ledger.isFirst(hold.accounts[0]!, 'exceeded');
  const keys = await connection.keys('telltale:{test}:ttl*');
  expect(keys.length).toBe(3);
  for (const key of keys) expect(await connection.pttl(key)).toBeGreaterThan(86_400_000);
});

function rounded(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (_, value) => (typeof value === 'number' ? Math.round(value * 1e9) / 1e9 : value)),
  );
}
