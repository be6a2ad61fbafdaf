import { expect, it, vi } from 'vitest';
import type { Account, Hold, Ledger } from './ledger.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { SharedLedger } from './shared-ledger.ts';

/** As `node:sqlite` says that another process writes. */
const BUSY = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
const ACCOUNT: Account = { key: 'all', limitUsd: 3, endsAt: 1e15 };

/** A store that others share and that can be away, and a ledger on it. */
function shared(store: Ledger['store'] = 'redis') {
  const accounts = new MemoryLedger();
  const state = { away: undefined as Error | undefined, now: 0, closed: false };
  const failures: unknown[] = [];
  const here = <T>(act: () => T): T | Promise<T> => {
    if (store !== 'redis') return answer(act);
    return new Promise<void>(setImmediate).then(() => answer(act));
  };
  const answer = <T>(act: () => T): T => {
    if (state.away !== undefined) throw state.away;
    if (state.closed) throw new Error('closed');
    return act();
  };
  const ledger = new SharedLedger(
    {
      store,
      reserve: (hold, now) => here(() => accounts.reserve(hold, now)),
      settle: (hold, costUsd, now) => here(() => accounts.settle(hold, costUsd, now)),
      balances: (all, now) => here(() => accounts.balances(all, now)),
      isFirst: (account, mark) => here(() => accounts.isFirst(account, mark)),
      close: () => {
        state.closed = true;
      },
    },
    {
      now: () => state.now,
      monotonic: () => state.now,
      patienceMs: 1_000,
      onFailure: (error) => failures.push(error),
    },
  );
  const balance = () => accounts.balances([ACCOUNT], state.now)[0]!;
  return { ledger, state, failures, balance };
}

function hold(id: string, amountUsd = 1): Hold {
  return { id, amountUsd, accounts: [ACCOUNT] };
}

it('tells a store that is back what was spent meanwhile, before it asks it for more', async () => {
  const { ledger, state, balance } = shared();
  state.away = new Error('away');
  for (const id of ['a', 'b', 'c']) {
    expect(await ledger.reserve(hold(id))).toMatchObject({ refusedBy: undefined });
    await ledger.settle(hold(id), 1);
  }
  state.away = undefined;
  state.now += 10_000;
  const answers = await Promise.all(['d', 'e'].map((id) => ledger.reserve(hold(id))));
  expect(answers.map(({ refusedBy }) => refusedBy)).toEqual([0, 0]);
  expect(balance()).toEqual({ spentUsd: 3, reservedUsd: 0 });
});

it('tells a store that is back what is still set aside, once', async () => {
  const { ledger, state, balance } = shared();
  state.away = new Error('away');
  await ledger.reserve(hold('a', 2));
  ledger.reserveNow(hold('b', 1));
  await new Promise(setImmediate);
  state.away = undefined;
  state.now += 10_000;
  expect(await ledger.reserve(hold('c'))).toMatchObject({ refusedBy: 0 });
  expect(balance()).toEqual({ spentUsd: 0, reservedUsd: 3 });
  await ledger.settle(hold('a', 2), 1.5);
  await ledger.settle(hold('b', 1), 1);
  expect(balance()).toEqual({ spentUsd: 2.5, reservedUsd: 0 });
});

it('stays open for the calls that run, and closes after the last of them', async () => {
  const { ledger, state, balance } = shared('sqlite');
  await ledger.reserve(hold('a'));
  ledger.reserveNow(hold('b'));
  await ledger.close();
  await ledger.settle(hold('a'), 0.5);
  expect(state.closed).toBe(false);
  await ledger.settle(hold('b'), 0.5);
  expect(state.closed).toBe(true);
  expect(balance()).toEqual({ spentUsd: 1, reservedUsd: 0 });
});

it('writes down what ends after it was closed though the file is busy just then', async () => {
  const { ledger, state, balance } = shared('sqlite');
  await ledger.reserve(hold('a'));
  await ledger.close();
  state.away = BUSY;
  ledger.settle(hold('a'), 0.5);
  expect(state.closed).toBe(false);
  state.away = undefined;
  await expect.poll(() => state.closed).toBe(true);
  expect(balance()).toEqual({ spentUsd: 0.5, reservedUsd: 0 });
});

it('waits for calls that run no longer than they are set aside', async () => {
  vi.useFakeTimers();
  try {
    const { ledger, state } = shared('sqlite');
    await ledger.reserve(hold('a'));
    await ledger.close();
    expect(state.closed).toBe(false);
    vi.advanceTimersByTime(15 * 60_000);
    expect(state.closed).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

it('asks a busy file again without standing still, and goes by what it knows where it cannot wait', async () => {
  const { ledger, state, failures, balance } = shared('sqlite');
  state.away = BUSY;
  expect(ledger.reserveNow(hold('a'))).toMatchObject({ refusedBy: undefined });
  const reserved = ledger.reserve(hold('b'));
  setTimeout(() => {
    state.away = undefined;
  }, 20);
  expect(await reserved).toMatchObject({ refusedBy: undefined });
  expect(failures).toEqual([]);
  expect(balance().reservedUsd).toBe(2);
});
