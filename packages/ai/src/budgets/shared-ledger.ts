import type { Account, Answer, Balance, Hold, Ledger } from './ledger.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** What a {@link SharedLedger} tells of its store, and where it has its time from. */
export interface SharedLedgerOptions {
  readonly now: () => number;
  readonly monotonic: () => number;
  /** A store that answers later than this is taken for away: a call must not wait long for its budget. */
  readonly patienceMs: number;
  /** Called when the store fails, which it may do for every call. */
  readonly onFailure: (error: unknown) => void;
}

/** A store that failed is left alone for so long, or until it gives a late answer. */
const AWAY_MS = 5_000;
const MAX_UNSETTLED = 100_000;

/**
 * A ledger that others share, and what is known of it here. Where the store is away this process goes on by what it
 * knew and spends itself, and tells the store of that when it is back.
 */
export class SharedLedger {
  readonly #store: Ledger;
  readonly #known = new MemoryLedger();
  readonly #options: SharedLedgerOptions;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #unsettled: { readonly hold: Hold; readonly costUsd: number }[] = [];
  #catchingUp = false;
  readonly #running = new Set<Promise<Answer>>();

  constructor(store: Ledger, options: SharedLedgerOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Sets an amount aside. */
  async reserve(hold: Hold): Promise<Answer> {
    const answer = await this.#ask((store, now) => store.reserve(hold, now));
    return this.#reserved(hold, answer);
  }

  /** The same at once: by the store, if it is in this process; otherwise by what is known of it here. */
  reserveNow(hold: Hold): Answer {
    const { now } = this.#options;
    if (this.#store.store === 'redis') {
      const answer = this.#known.reserve(hold, now());
      if (answer.refusedBy === undefined) {
        const unlimited = { ...hold, accounts: hold.accounts.map((each) => ({ ...each, limitUsd: undefined })) };
        void this.#ask((store) => store.reserve(unlimited, now()));
      }
      return answer;
    }
    return this.#reserved(
      hold,
      this.#askNow((store) => store.reserve(hold, now()) as Answer),
    );
  }

  /** Ends a hold; an answer comes where there is one at once. */
  settle(hold: Hold, costUsd: number): Answer | Promise<Answer> {
    const { now } = this.#options;
    const here = this.#known.settle(hold, costUsd, now());
    const take = (answer: Answer | undefined): Answer => {
      if (answer !== undefined) return this.#adopt(hold.accounts, answer);
      if (this.#unsettled.length < MAX_UNSETTLED) this.#unsettled.push({ hold, costUsd });
      return here;
    };
    if (this.#store.store !== 'redis') {
      this.#catchUpNow();
      return take(this.#askNow((store) => store.settle(hold, costUsd, now()) as Answer));
    }
    const done = this.#ask((store) => store.settle(hold, costUsd, now())).then(take);
    this.#running.add(done);
    return done.finally(() => this.#running.delete(done));
  }

  async balances(accounts: readonly Account[]): Promise<readonly Balance[]> {
    const found = await this.#ask((store, now) => store.balances(accounts, now));
    if (found === undefined) return this.#known.balances(accounts, this.#options.now());
    return this.#adopt(accounts, { balances: found, refusedBy: undefined }).balances;
  }

  async isFirst(account: Account, mark: string): Promise<boolean> {
    if (!this.#known.isFirst(account, mark)) return false;
    return (await this.#ask((store) => store.isFirst(account, mark))) ?? true;
  }

  /** Waits for what is being settled, and tries what could not be before once more. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#unsettled.length > 0) await this.#catchUp();
    if (this.#unsettled.length > 0) {
      this.#options.onFailure(new Error(`What ${this.#unsettled.length} calls cost could not be written down`));
    }
    this.#store.close();
  }

  #reserved(hold: Hold, answer: Answer | undefined): Answer {
    const now = this.#options.now();
    if (answer === undefined) return this.#known.reserve(hold, now);
    this.#adopt(hold.accounts, answer);
    if (answer.refusedBy === undefined) {
      this.#known.reserve({ ...hold, accounts: hold.accounts.map((each) => ({ ...each, limitUsd: undefined })) }, now);
    }
    return answer;
  }

  #adopt(accounts: readonly Account[], answer: Answer): Answer {
    const now = this.#options.now();
    for (const [i, account] of accounts.entries()) this.#known.adopt(account, answer.balances[i]!.spentUsd, now);
    return answer;
  }

  /** `undefined` where the store is away. Never rejects. */
  async #ask<T>(act: (store: Ledger, now: number) => T | Promise<T>): Promise<T | undefined> {
    const { now, monotonic } = this.#options;
    if (monotonic() < this.#awayUntil) return undefined;
    try {
      const pending = act(this.#store, now());
      const answer = pending instanceof Promise ? await this.#inTime(pending) : pending;
      if (this.#unsettled.length > 0) void this.#catchUp();
      return answer;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #askNow<T>(act: (store: Ledger) => T): T | undefined {
    if (this.#options.monotonic() < this.#awayUntil) return undefined;
    try {
      return act(this.#store);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      while (this.#unsettled.length > 0) {
        const { hold, costUsd } = this.#unsettled[0]!;
        const pending = this.#store.settle(hold, costUsd, this.#options.now());
        if (pending instanceof Promise) await this.#inTime(pending);
        this.#unsettled.shift();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#catchingUp = false;
    }
  }

  #catchUpNow(): void {
    if (this.#unsettled.length === 0 || this.#store.store === 'redis') return;
    const late = this.#unsettled;
    this.#unsettled = [];
    for (const [i, { hold, costUsd }] of late.entries()) {
      if (this.#askNow((store) => store.settle(hold, costUsd, this.#options.now())) !== undefined) continue;
      this.#unsettled = late.slice(i);
      return;
    }
  }

  #failed(error: unknown): void {
    this.#awayUntil = this.#options.monotonic() + AWAY_MS;
    this.#options.onFailure(error);
  }

  /** Waits for as long as patience lasts; a later answer says at least that the store is there. */
  #inTime<T>(pending: Promise<T>): Promise<T> {
    const { patienceMs } = this.#options;
    return new Promise((resolve, reject) => {
      let late = false;
      const giveUp = (): void => {
        late = true;
        reject(new Error(`No answer within ${patienceMs} ms`));
      };
      // After an event loop that stood still, its timers come before the answers that have long arrived.
      const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), patienceMs);
      pending
        .then((answer) => {
          if (late) this.#awayUntil = Number.NEGATIVE_INFINITY;
          resolve(answer);
        }, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
