/** One budget in one period, as a ledger keeps it. */
export interface Account {
  /** Scope, budget and the start of the period. */
  readonly key: string;
  /** What reservations and spend together may come to; absent where nothing is refused. */
  readonly limitUsd: number | undefined;
  /** When the period ends, in milliseconds since the Unix epoch; what is older is forgotten some time later. */
  readonly endsAt: number;
}

/** What a ledger knows of an account. */
export interface Balance {
  readonly spentUsd: number;
  readonly reservedUsd: number;
}

/** An amount to be set aside in several accounts, in all or in none. */
export interface Hold {
  readonly id: string;
  readonly amountUsd: number;
  readonly accounts: readonly Account[];
}

/** The balances, by account, after what was asked; `refusedBy` is the first account without room, if there is one. */
export interface Answer {
  readonly balances: readonly Balance[];
  readonly refusedBy: number | undefined;
}

/** Keeps what was spent and what is set aside. One that is in this process answers at once, another with promises. */
export interface Ledger {
  readonly store: 'memory' | 'sqlite' | 'redis';
  reserve(hold: Hold, now: number): Answer | Promise<Answer>;
  /** Ends a hold and adds what was spent, whether or not it knows of the hold. */
  settle(hold: Hold, costUsd: number, now: number): Answer | Promise<Answer>;
  balances(accounts: readonly Account[], now: number): readonly Balance[] | Promise<readonly Balance[]>;
  /** Whether this is the first time that anybody asks so of the account. */
  isFirst(account: Account, mark: string): boolean | Promise<boolean>;
  close(): void;
}

/** A hold that nobody settles, since its process is gone, counts for so long. */
export const HOLD_MS = 15 * 60_000;

/** Fractions of a dollar that sums in binary fractions may be off by. */
export const TOLERANCE_USD = 1e-9;

/** Whether an account has room. A spent one has none, even for what seems to cost nothing. */
export function hasRoom({ limitUsd }: Account, { spentUsd, reservedUsd }: Balance, amountUsd: number): boolean {
  if (limitUsd === undefined) return true;
  return spentUsd + reservedUsd + Math.max(amountUsd, 2 * TOLERANCE_USD) <= limitUsd + TOLERANCE_USD;
}
