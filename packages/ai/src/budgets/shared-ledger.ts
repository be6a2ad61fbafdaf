import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, type Answer, type Balance, HOLD_MS, type Hold, type Ledger } from './ledger.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { isBusy } from './sqlite-ledger.ts';

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
/** A file that another process writes to is asked again after so long, then after twice that, as patience allows. */
const BUSY_AGAIN_MS = 5;
const MAX_UNSETTLED = 100_000;

/**
 * A ledger that others share, and what is known of it here. Where the store is away this process goes on by what it
 * knew and spends itself, and tells the store of that when it is back, before it asks it for anything.
 */
export class SharedLedger {
  readonly #store: Ledger;
  readonly #known = new MemoryLedger();
  readonly #options: SharedLedgerOptions;
  /** What is set aside, by the identifiers of the holds. */
  readonly #open = new Set<string>();
  /** Of these: what the store has not heard of. */
  readonly #here = new Map<string, Hold>();
  readonly #unsettled: { readonly hold: Hold; readonly costUsd: number }[] = [];
  readonly #running = new Set<Promise<Answer>>();
  #awayUntil = Number.NEGATIVE_INFINITY;
  #catchingUp: Promise<void> | undefined;
  #closing: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(store: Ledger, options: SharedLedgerOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Sets an amount aside. */
  async reserve(hold: Hold): Promise<Answer> {
    this.#open.add(hold.id);
    return this.#reserved(hold, await this.#ask((store, now) => store.reserve(hold, now)));
  }

  /** The same at once: by the store, if it is in this process; otherwise by what is known of it here. */
  reserveNow(hold: Hold): Answer {
    const { now } = this.#options;
    this.#open.add(hold.id);
    if (this.#store.store !== 'redis') {
      const answer = this.#askNow((store) => store.reserve(hold, now()) as Answer);
      return this.#reserved(hold, answer);
    }
    const answer = this.#known.reserve(hold, now());
    if (answer.refusedBy !== undefined) this.#open.delete(hold.id);
    else {
      void this.#ask((store) => store.reserve(withoutLimits(hold), now())).then((told) => {
        if (told === undefined && this.#open.has(hold.id)) this.#here.set(hold.id, hold);
      });
    }
    return answer;
  }

  /** Ends a hold; an answer comes where there is one at once. */
  settle(hold: Hold, costUsd: number): Answer | Promise<Answer> {
    const { now } = this.#options;
    this.#open.delete(hold.id);
    this.#here.delete(hold.id);
    const here = this.#known.settle(hold, costUsd, now());
    const take = (answer: Answer | undefined): Answer => {
      if (answer === undefined && this.#unsettled.length < MAX_UNSETTLED) this.#unsettled.push({ hold, costUsd });
      this.#closeWhenSettled();
      return answer === undefined ? here : this.#adopt(hold.accounts, answer);
    };
    if (this.#store.store !== 'redis') {
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

  /**
   * Waits for what is being settled, and tries what could not be before once more. The store stays open for the calls
   * that still run, but no longer than what they set aside counts. Never rejects.
   */
  async close(): Promise<void> {
    await Promise.all(this.#running);
    try {
      await this.#catchUp();
    } catch (error) {
      this.#options.onFailure(error);
    }
    if (this.#unsettled.length > 0) {
      this.#options.onFailure(new Error(`What ${this.#unsettled.length} calls cost could not be written down`));
    }
    this.#closing = setTimeout(() => this.#closeStore(), HOLD_MS).unref();
    if (this.#open.size === 0) this.#closeStore();
  }

  #closeWhenSettled(): void {
    if (this.#closing === undefined || this.#open.size > 0) return;
    if (!this.#isBehind) this.#closeStore();
    else
      void this.#catchUp()
        .catch(this.#options.onFailure)
        .finally(() => this.#closeStore());
  }

  #closeStore(): void {
    clearTimeout(this.#closing);
    if (!this.#closed) this.#store.close();
    this.#closed = true;
  }

  #reserved(hold: Hold, answer: Answer | undefined): Answer {
    const now = this.#options.now();
    const reserved = answer === undefined ? this.#known.reserve(hold, now) : this.#adopt(hold.accounts, answer);
    if (reserved.refusedBy !== undefined) {
      this.#open.delete(hold.id);
      this.#closeWhenSettled();
    } else if (answer === undefined) this.#here.set(hold.id, hold);
    else this.#known.reserve(withoutLimits(hold), now);
    return reserved;
  }

  #adopt(accounts: readonly Account[], answer: Answer): Answer {
    const now = this.#options.now();
    for (const [i, account] of accounts.entries()) this.#known.adopt(account, answer.balances[i]!.spentUsd, now);
    return answer;
  }

  /** `undefined` where the store is away. Never rejects. */
  async #ask<T>(act: (store: Ledger, now: number) => T | Promise<T>): Promise<T | undefined> {
    if (this.#options.monotonic() < this.#awayUntil) return undefined;
    try {
      if (this.#isBehind) await this.#inTime(this.#catchUp());
      return await this.#answer(act);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  async #answer<T>(act: (store: Ledger, now: number) => T | Promise<T>): Promise<T> {
    const { now, patienceMs } = this.#options;
    for (let wait = BUSY_AGAIN_MS; ; wait *= 2) {
      try {
        const pending = act(this.#store, now());
        return pending instanceof Promise ? await this.#inTime(pending) : pending;
      } catch (error) {
        if (!isBusy(error) || wait > patienceMs) throw error;
        await sleep(wait);
      }
    }
  }

  /** What a file that is busy does not take is told to it with the next question. */
  #askNow<T>(act: (store: Ledger) => T): T | undefined {
    if (this.#options.monotonic() < this.#awayUntil) return undefined;
    try {
      this.#catchUpNow();
      return act(this.#store);
    } catch (error) {
      if (!isBusy(error)) this.#failed(error);
      return undefined;
    }
  }

  get #isBehind(): boolean {
    return this.#catchingUp !== undefined || this.#here.size > 0 || this.#unsettled.length > 0;
  }

  #catchUp(): Promise<void> {
    return (this.#catchingUp ??= this.#deliver().finally(() => {
      this.#catchingUp = undefined;
    }));
  }

  async #deliver(): Promise<void> {
    for (let act = this.#takeLate(); act !== undefined; act = this.#takeLate()) {
      try {
        await this.#answer(act.tell);
      } catch (error) {
        act.putBack();
        throw error;
      }
    }
  }

  #catchUpNow(): void {
    for (let act = this.#takeLate(); act !== undefined; act = this.#takeLate()) {
      try {
        act.tell(this.#store);
      } catch (error) {
        act.putBack();
        throw error;
      }
    }
  }

  /** Takes one thing that the store has not heard of off the list, so that nobody else tells it too. */
  #takeLate(): { tell(store: Ledger): unknown; putBack(): void } | undefined {
    const { now } = this.#options;
    for (const [id, hold] of this.#here) {
      this.#here.delete(id);
      return {
        // Settled meanwhile, it must not be set aside any more.
        tell: (store) => (this.#open.has(id) ? store.reserve(withoutLimits(hold), now()) : undefined),
        putBack: () => this.#open.has(id) && this.#here.set(id, hold),
      };
    }
    const late = this.#unsettled.shift();
    if (late === undefined) return undefined;
    return {
      tell: (store) => store.settle(late.hold, late.costUsd, now()),
      putBack: () => this.#unsettled.unshift(late),
    };
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

function withoutLimits(hold: Hold): Hold {
  return { ...hold, accounts: hold.accounts.map((account) => ({ ...account, limitUsd: undefined })) };
}
