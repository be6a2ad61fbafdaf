import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TelltaleError } from '@telltale/core';
import { troubleOf } from './sqlite-error.ts';

/** Goes up with every change that older versions cannot read. */
const SCHEMA_VERSION = 1;

/**
 * A segment's `id` says when it was begun, among all of the file; that of a head goes over to its segment. Chunks are
 * found by number alone: those of a segment lie together, and need no index.
 */
const SCHEMA = `
CREATE TABLE series_group (id INTEGER PRIMARY KEY, instance TEXT NOT NULL, labels TEXT NOT NULL);
CREATE TABLE series (
  id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, cumulative INTEGER NOT NULL, labels TEXT NOT NULL
);
CREATE INDEX series_of_group ON series (group_id);
CREATE TABLE head (id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE snapshot (head_id INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX snapshot_of_head ON snapshot (head_id, number);
CREATE TABLE segment (
  id INTEGER NOT NULL, tier INTEGER NOT NULL, state INTEGER NOT NULL, instance TEXT NOT NULL, made INTEGER NOT NULL,
  start_time INTEGER NOT NULL, end_time INTEGER NOT NULL, samples INTEGER NOT NULL, times BLOB NOT NULL,
  PRIMARY KEY (id, tier)
);
CREATE TABLE chunk (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** One connection, with its statements prepared once. */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** Runs one statement. */
  run(sql: string, ...values: SqlValue[]): { readonly changes: number; readonly lastId: number } {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  all<T>(sql: string, ...values: SqlValue[]): T[] {
    return this.#prepared(sql).all(...values) as T[];
  }

  get<T>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.#prepared(sql).get(...values) as T | undefined;
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** All or nothing; nobody else writes meanwhile. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.exec('ROLLBACK');
      } catch {
        // Some errors have SQLite roll back by itself.
      }
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    try {
      this.#connection.close();
    } catch {
      // It was closed before.
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement;
  }
}

type SqlValue = number | string | Uint8Array;

/**
 * Opens the file, made if it is not there. A file that is no database of ours in working order is renamed and told
 * of by `onSetAside`, and a new one begun. It never grows beyond `mostBytes`.
 *
 * @throws {TelltaleError} where it belongs to a newer version; and what SQLite and the file system throw.
 */
export async function openDatabase(
  path: string,
  mostBytes: number,
  onSetAside: (to: string, cause: unknown) => void,
): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  try {
    return await open(path, mostBytes);
  } catch (error) {
    if (troubleOf(error) !== 'damaged') throw error;
    onSetAside(setAside(path), error);
    return open(path, mostBytes);
  }
}

/** Opens a second connection to a file that is open already. */
export function openReader(path: string): Promise<Database> {
  return open(path, undefined);
}

async function open(path: string, mostBytes: number | undefined): Promise<Database> {
  // Loaded late: Node 22 warns of it, and who keeps nothing in SQLite need not load it.
  const { DatabaseSync } = await import('node:sqlite');
  const connection = new DatabaseSync(path, { timeout: 0 });
  const database = new Database(connection);
  try {
    if (mostBytes !== undefined) prepare(database, mostBytes);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: Database, mostBytes: number): void {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')!.user_version;
  if (version > SCHEMA_VERSION) {
    throw new TelltaleError(
      'history',
      `The database was written by a newer version of Telltale (schema ${version}, known up to ${SCHEMA_VERSION}). ` +
        'Update, or set path or TELLTALE_DB to another file.',
    );
  }
  if (version === 0 && database.get('SELECT 1 FROM sqlite_master LIMIT 1') !== undefined) {
    throw new TelltaleError(
      'history',
      'The database belongs to another program; set path or TELLTALE_DB to a file of its own.',
    );
  }
  // Both before there are tables: the first cannot be changed later, and neither within a transaction.
  if (version === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  database.exec('PRAGMA journal_size_limit = 4194304; PRAGMA cache_size = -4096');
  const { page_size: pageSize } = database.get<{ page_size: number }>('PRAGMA page_size')!;
  database.exec(`PRAGMA max_page_count = ${Math.ceil(mostBytes / pageSize)}`);
  if (version === 0) {
    database.transaction(() => {
      // Another process may have been faster.
      if (database.get<{ user_version: number }>('PRAGMA user_version')!.user_version === 0) database.exec(SCHEMA);
    });
  }
  for (const table of ['series_group', 'series', 'head', 'snapshot', 'segment', 'chunk']) {
    database.get(`SELECT * FROM ${table} LIMIT 1`);
  }
}

/** Renames a file that cannot be used, and what belongs to it. Returns its new name. */
export function setAside(path: string): string {
  let to = `${path}.damaged`;
  for (let number = 2; existsSync(to); number++) to = `${path}.damaged-${number}`;
  renameSync(path, to);
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, to + suffix);
  return to;
}

/** Tells one file from another that has taken its name. */
export function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return 'none';
  }
}
