import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Account, type Answer, type Balance, HOLD_MS, type Hold, hasRoom, type Ledger } from './ledger.ts';

/** How long after its end an account is remembered. */
const KEEP_MS = 40 * 86_400_000;
/** How long opening the file waits for other processes that do. */
const OPENING_MS = 250;
/** How long the event loop stands still for a transaction of another process, which takes far less. */
const BUSY_MS = 10;
const SQLITE_BUSY = 5;

/** Whether an error says that another process writes to the file just now. */
export function isBusy(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { readonly errcode?: unknown };
  return typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY;
}

const SCHEMA = `
  PRAGMA busy_timeout = ${OPENING_MS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS account (
    key TEXT PRIMARY KEY, spent REAL NOT NULL DEFAULT 0, reserved REAL NOT NULL DEFAULT 0, ends_at REAL NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS hold (
    key TEXT NOT NULL, id TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (key, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS hold_until ON hold (key, until);
  CREATE TABLE IF NOT EXISTS mark (key TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (key, mark)) STRICT;
`;

/** One for each thing that is asked of the database. */
const STATEMENTS = {
  open: 'INSERT OR IGNORE INTO account (key, ends_at) VALUES (?, ?)',
  balance: 'SELECT spent, reserved FROM account WHERE key = ?',
  lapsed: 'SELECT 1 FROM hold WHERE key = ? AND until <= ? LIMIT 1',
  lapse: 'DELETE FROM hold WHERE key = ? AND until <= ?',
  recount: 'UPDATE account SET reserved = (SELECT total(amount) FROM hold WHERE hold.key = account.key) WHERE key = ?',
  hold: 'INSERT OR REPLACE INTO hold (key, id, amount, until) VALUES (?, ?, ?, ?)',
  reserve: 'UPDATE account SET reserved = reserved + ? WHERE key = ?',
  unhold: 'DELETE FROM hold WHERE key = ? AND id = ? RETURNING amount',
  // What sums in fractions leave over must not stay.
  settle: `UPDATE account SET spent = spent + ?,
    reserved = iif(EXISTS (SELECT 1 FROM hold WHERE hold.key = account.key), max(0, reserved - ?), 0) WHERE key = ?`,
  mark: 'INSERT OR IGNORE INTO mark (key, mark) VALUES (?, ?)',
} as const;

/** Where accounts are kept unless told otherwise: beside the history of `TELLTALE_DB`, else in the user's cache folder. */
export function defaultLedgerFile(env: NodeJS.ProcessEnv): string {
  const folder = env.TELLTALE_DB
    ? dirname(env.TELLTALE_DB)
    : join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'telltale');
  return join(folder, 'ai-budgets.sqlite');
}

/**
 * Keeps accounts in a file that processes on one machine share. Each change is a transaction: it survives the process
 * that made it, however that ends, and is there for the next.
 */
export class SqliteLedger implements Ledger {
  readonly store = 'sqlite';
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  /** @throws {Error} where the file cannot be made or is no database. */
  constructor(file: string, now: number) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    // Not imported: most services have no budgets, and some no SQLite.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(file);
    this.#database = database;
    database.exec(SCHEMA);
    this.#statements = Object.fromEntries(
      Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Record<keyof typeof STATEMENTS, StatementSync>;
    this.#forget(now);
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }

  reserve({ id, amountUsd, accounts }: Hold, now: number): Answer {
    const { open, hold, reserve } = this.#statements;
    return this.#atomically(() => {
      const before = this.#balances(accounts, now);
      const refused = accounts.findIndex((account, i) => !hasRoom(account, before[i]!, amountUsd));
      if (refused >= 0) return { balances: before, refusedBy: refused };
      for (const { key, endsAt } of accounts) {
        open.run(key, endsAt);
        hold.run(key, id, amountUsd, now + HOLD_MS);
        reserve.run(amountUsd, key);
      }
      const balances = before.map((each) => ({ ...each, reservedUsd: each.reservedUsd + amountUsd }));
      return { balances, refusedBy: undefined };
    });
  }

  settle({ id, accounts }: Hold, costUsd: number, now: number): Answer {
    const { open, unhold, settle } = this.#statements;
    return this.#atomically(() => {
      for (const { key, endsAt } of accounts) {
        open.run(key, endsAt);
        const held = (unhold.get(key, id)?.amount as number | undefined) ?? 0;
        settle.run(costUsd, held, key);
      }
      return { balances: this.#balances(accounts, now), refusedBy: undefined };
    });
  }

  balances(accounts: readonly Account[], now: number): readonly Balance[] {
    return this.#atomically(() => this.#balances(accounts, now));
  }

  isFirst({ key }: Account, mark: string): boolean {
    return this.#statements.mark.run(key, mark).changes === 1;
  }

  close(): void {
    this.#database.close();
  }

  #balances(accounts: readonly Account[], now: number): readonly Balance[] {
    const { balance, lapsed, lapse, recount } = this.#statements;
    return accounts.map(({ key }) => {
      if (lapsed.get(key, now) !== undefined) {
        lapse.run(key, now);
        recount.run(key);
      }
      const found = balance.get(key) as { readonly spent: number; readonly reserved: number } | undefined;
      return { spentUsd: found?.spent ?? 0, reservedUsd: found?.reserved ?? 0 };
    });
  }

  #forget(now: number): void {
    const before = now - KEEP_MS;
    this.#database.prepare('DELETE FROM hold WHERE until < ?').run(before);
    this.#database.prepare('DELETE FROM mark WHERE key IN (SELECT key FROM account WHERE ends_at < ?)').run(before);
    this.#database.prepare('DELETE FROM account WHERE ends_at < ?').run(before);
  }

  #atomically<T>(act: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
