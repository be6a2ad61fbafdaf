import type { Monitor } from '@telltale/core';
import type { DatabaseOptions } from '@telltale/database';

/** Runs one statement and gives its rows; `?` stands for the values. */
export type Run = (sql: string, values?: readonly unknown[]) => Promise<readonly unknown[]>;

/** A database that is observed, with an empty table `items (id int PRIMARY KEY, name varchar(100))`. */
export interface OpenDatabase {
  /** What was handed to Telltale. */
  readonly thing: object;
  readonly run: Run;
  /** Runs `work` on one connection in a transaction that is committed, or rolled back where it throws. */
  transaction(work: (run: Run) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** An integration, as the contract drives it. */
export interface DatabaseDriver {
  readonly name: string;
  readonly system: 'postgres' | 'mysql' | 'sqlite';
  /** What a second row with the same primary key fails with. */
  readonly duplicateCode: string;
  /** Transactions are seen. @default true */
  readonly transactions?: boolean;
  /** Starts what it needs; called once. */
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
  /** Opens a database and hands it to `monitorPool` or `monitorClient`, `times` times. */
  open(options: DatabaseOptions & { readonly monitor: Monitor }, times: number): Promise<OpenDatabase>;
}
