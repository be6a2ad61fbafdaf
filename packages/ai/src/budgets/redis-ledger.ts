import { type Account, type Answer, type Balance, HOLD_MS, type Hold, type Ledger, TOLERANCE_USD } from './ledger.ts';

/** The part of ioredis or node-redis that is used, a cluster's client included. */
export interface RedisLike {
  // biome-ignore lint/suspicious/noExplicitAny: the two libraries take a script's keys and arguments differently
  eval(script: string, ...rest: any[]): Promise<unknown>;
}

/** Whether a value is a client of ioredis or node-redis. */
export function isRedis(raw: unknown): boolean {
  return typeof (raw as Partial<RedisLike> | null | undefined)?.eval === 'function';
}

/** How long after its end an account is kept. */
const KEEP_MS = 2 * 86_400_000;
/** A settlement that was sent twice, since its answer was lost, is known for so long. */
const DONE_MS = 3_600_000;

/**
 * An account is three keys: a hash with `spent`, `reserved` and the amount of each hold; the holds by when they lapse; the
 * settlements that were done. Scripts run alone, so that two processes cannot both take the last dollar.
 */
const COMMON = `
local now = tonumber(ARGV[1])
local function lapse(account, holds)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', holds, '-inf', now)) do
    local amount = redis.call('HGET', account, 'hold:' .. id)
    if amount then
      redis.call('HINCRBYFLOAT', account, 'reserved', '-' .. amount)
      redis.call('HDEL', account, 'hold:' .. id)
    end
    redis.call('ZREM', holds, id)
  end
  -- What sums in fractions leave over must not stay.
  if redis.call('ZCARD', holds) == 0 then redis.call('HDEL', account, 'reserved') end
end
local function balance(account)
  return redis.call('HGET', account, 'spent') or '0', redis.call('HGET', account, 'reserved') or '0'
end
local function answer(refused)
  local all = { tostring(refused) }
  for i = 1, #KEYS, 3 do
    local spent, reserved = balance(KEYS[i])
    table.insert(all, spent)
    table.insert(all, reserved)
  end
  return all
end
`;

/** ARGV: now, id, amount, when the hold lapses; then for each account its limit (or '') and when it is forgotten. */
const RESERVE = `${COMMON}
local id, amount, least = ARGV[2], tonumber(ARGV[3]), ${2 * TOLERANCE_USD}
for i = 1, #KEYS, 3 do
  lapse(KEYS[i], KEYS[i + 1])
  local limit = tonumber(ARGV[5 + (i - 1) / 3 * 2])
  local spent, reserved = balance(KEYS[i])
  if limit and tonumber(spent) + tonumber(reserved) + math.max(amount, least) > limit + ${TOLERANCE_USD} then
    return answer((i - 1) / 3)
  end
end
for i = 1, #KEYS, 3 do
  if redis.call('HSETNX', KEYS[i], 'hold:' .. id, ARGV[3]) == 1 then
    redis.call('HINCRBYFLOAT', KEYS[i], 'reserved', ARGV[3])
    redis.call('ZADD', KEYS[i + 1], ARGV[4], id)
    for j = 0, 2 do redis.call('PEXPIREAT', KEYS[i + j], ARGV[6 + (i - 1) / 3 * 2]) end
  end
end
return answer(-1)
`;

/** ARGV: now, id, cost, since when settlements are remembered; then for each account when it is forgotten. */
const SETTLE = `${COMMON}
local id = ARGV[2]
for i = 1, #KEYS, 3 do
  lapse(KEYS[i], KEYS[i + 1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i + 2], '-inf', ARGV[4])
  if redis.call('ZADD', KEYS[i + 2], 'NX', now, id) == 1 then
    local held = redis.call('HGET', KEYS[i], 'hold:' .. id)
    if held then
      redis.call('HINCRBYFLOAT', KEYS[i], 'reserved', '-' .. held)
      redis.call('HDEL', KEYS[i], 'hold:' .. id)
      redis.call('ZREM', KEYS[i + 1], id)
    end
    redis.call('HINCRBYFLOAT', KEYS[i], 'spent', ARGV[3])
    lapse(KEYS[i], KEYS[i + 1])
    for j = 0, 2 do redis.call('PEXPIREAT', KEYS[i + j], ARGV[5 + (i - 1) / 3]) end
  end
end
return answer(-1)
`;

const BALANCES = `${COMMON}
for i = 1, #KEYS, 3 do lapse(KEYS[i], KEYS[i + 1]) end
return answer(-1)
`;

/** ARGV: the mark, when the account is forgotten. */
const FIRST = `
local first = redis.call('HSETNX', KEYS[1], 'mark:' .. ARGV[1], '1')
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return first
`;

/** Keeps accounts in Redis, for every process that has the same scope. */
export class RedisLedger implements Ledger {
  readonly store = 'redis';
  readonly #client: RedisLike;
  readonly #isNodeRedis: boolean;

  constructor(client: RedisLike) {
    this.#client = client;
    this.#isNodeRedis = 'isOpen' in client;
  }

  async reserve({ id, amountUsd, accounts }: Hold, now: number): Promise<Answer> {
    const each = accounts.flatMap(({ limitUsd = '', endsAt }) => [limitUsd, endsAt + KEEP_MS]);
    return this.#ask(RESERVE, accounts, [now, id, amountUsd, now + HOLD_MS, ...each]);
  }

  async settle({ id, accounts }: Hold, costUsd: number, now: number): Promise<Answer> {
    const each = accounts.map(({ endsAt }) => endsAt + KEEP_MS);
    return this.#ask(SETTLE, accounts, [now, id, costUsd, now - DONE_MS, ...each]);
  }

  async balances(accounts: readonly Account[], now: number): Promise<readonly Balance[]> {
    return (await this.#ask(BALANCES, accounts, [now])).balances;
  }

  async isFirst({ key, endsAt }: Account, mark: string): Promise<boolean> {
    return (await this.#eval(FIRST, [key], [mark, endsAt + KEEP_MS])) === 1;
  }

  /** The client is its owner's. */
  close(): void {}

  async #ask(script: string, accounts: readonly Account[], args: readonly (string | number)[]): Promise<Answer> {
    const keys = accounts.flatMap(({ key }) => [key, `${key}:holds`, `${key}:done`]);
    const reply = (await this.#eval(script, keys, args)) as readonly string[];
    const [refused, ...amounts] = reply.map(Number);
    return {
      balances: accounts.map((_, i) => ({ spentUsd: amounts[2 * i]!, reservedUsd: Math.max(0, amounts[2 * i + 1]!) })),
      refusedBy: refused! < 0 ? undefined : refused,
    };
  }

  #eval(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const texts = args.map(String);
    return this.#isNodeRedis
      ? this.#client.eval(script, { keys, arguments: texts })
      : this.#client.eval(script, keys.length, ...keys, ...texts);
  }
}
