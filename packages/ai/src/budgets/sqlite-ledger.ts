import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Account, type Answer, type Balance, HOLD_MS, type Hold, hasRoom, type Ledger } from './ledger.ts';

/** How long after its end an account is remembered. */
const KEEP_MS = 40 * 86_400_000;
/** A transaction of another process takes far less. */
const BUSY_MS = 250;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, spent REAL NOT NULL DEFAULT 0, ends_at REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS hold (
    key TEXT NOT NULL, id TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (key, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS mark (key TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (key, mark)) STRICT;
`;

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
  readonly #open: StatementSync;
  readonly #spent: StatementSync;
  readonly #spend: StatementSync;
  readonly #reserved: StatementSync;
  readonly #hold: StatementSync;
  readonly #unhold: StatementSync;
  readonly #mark: StatementSync;

  /** @throws {Error} where the file cannot be made or is no database. */
  constructor(file: string, now: number) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    // Not imported: most services have no budgets, and some no SQLite.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(file, { timeout: BUSY_MS });
    this.#database = database;
    database.exec(SCHEMA);
    this.#open = database.prepare('INSERT OR IGNORE INTO account (key, ends_at) VALUES (?, ?)');
    this.#spent = database.prepare('SELECT spent FROM account WHERE key = ?');
    this.#spend = database.prepare('UPDATE account SET spent = spent + ? WHERE key = ?');
    this.#reserved = database.prepare('SELECT total(amount) AS reserved FROM hold WHERE key = ? AND until > ?');
    this.#hold = database.prepare('INSERT OR REPLACE INTO hold (key, id, amount, until) VALUES (?, ?, ?, ?)');
    this.#unhold = database.prepare('DELETE FROM hold WHERE key = ? AND id = ?');
    this.#mark = database.prepare('INSERT OR IGNORE INTO mark (key, mark) VALUES (?, ?)');
    this.#forget(now);
  }

  reserve({ id, amountUsd, accounts }: Hold, now: number): Answer {
    return this.#atomically(() => {
      const before = this.balances(accounts, now);
      const refused = accounts.findIndex((account, i) => !hasRoom(account, before[i]!, amountUsd));
      if (refused >= 0) return { balances: before, refusedBy: refused };
      for (const { key, endsAt } of accounts) {
        this.#open.run(key, endsAt);
        this.#hold.run(key, id, amountUsd, now + HOLD_MS);
      }
      const balances = before.map((each) => ({ ...each, reservedUsd: each.reservedUsd + amountUsd }));
      return { balances, refusedBy: undefined };
    });
  }

  settle({ id, accounts }: Hold, costUsd: number, now: number): Answer {
    return this.#atomically(() => {
      for (const { key, endsAt } of accounts) {
        this.#open.run(key, endsAt);
        this.#unhold.run(key, id);
        this.#spend.run(costUsd, key);
      }
      return { balances: this.balances(accounts, now), refusedBy: undefined };
    });
  }

  balances(accounts: readonly Account[], now: number): readonly Balance[] {
    return accounts.map(({ key }) => ({
      spentUsd: (this.#spent.get(key)?.spent as number | undefined) ?? 0,
      reservedUsd: this.#reserved.get(key, now)!.reserved as number,
    }));
  }

  isFirst({ key }: Account, mark: string): boolean {
    return this.#mark.run(key, mark).changes === 1;
  }

  close(): void {
    this.#database.close();
  }

  #forget(now: number): void {
    const before = now - KEEP_MS;
    this.#database.prepare('DELETE FROM hold WHERE until < ?').run(now);
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
