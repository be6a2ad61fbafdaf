import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TelltaleError } from '@telltale/core';
import { beginGenerationIn } from './generation.ts';
import { troubleOf } from './sqlite-error.ts';

/** Goes up with every change that older versions cannot read. */
const SCHEMA_VERSION = 2;
/** `TELL`, by which SQLite's own tools tell whose a file is. */
const APPLICATION_ID = 0x54454c4c;

/**
 * A segment's `id` says when it was begun, among all of the file; that of a head goes over to its segment. Chunks are
 * found by number alone: those of a segment lie together, and need no index. Ids are never given twice, since processes
 * remember them; `head_id` of a series is that of the latest head or segment that has samples of it.
 */
const SERIES_TABLES = `
CREATE TABLE file (generation INTEGER NOT NULL);
INSERT INTO file (generation) VALUES (1);
CREATE TABLE series_group (id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, labels TEXT NOT NULL);
CREATE TABLE series (
  id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, head_id INTEGER NOT NULL,
  cumulative INTEGER NOT NULL, labels TEXT NOT NULL
);
CREATE INDEX series_of_group ON series (group_id);
`;
const SCHEMA = `${SERIES_TABLES}
CREATE TABLE head (id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE snapshot (head_id INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX snapshot_of_head ON snapshot (head_id, number);
CREATE TABLE segment (
  id INTEGER NOT NULL, tier INTEGER NOT NULL, state INTEGER NOT NULL, instance TEXT NOT NULL, made INTEGER NOT NULL,
  start_time INTEGER NOT NULL, end_time INTEGER NOT NULL, samples INTEGER NOT NULL, times BLOB NOT NULL,
  PRIMARY KEY (id, tier)
);
CREATE TABLE chunk (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** The first version gave ids again; which head had samples of a series last it did not know: any of its process may. */
const FROM_VERSION_1 = `
ALTER TABLE series_group RENAME TO old_group;
ALTER TABLE series RENAME TO old_series;
DROP INDEX series_of_group;
${SERIES_TABLES}
INSERT INTO series_group (id, instance, labels) SELECT id, instance, labels FROM old_group;
INSERT INTO series (id, group_id, head_id, cumulative, labels)
  SELECT id, group_id, (SELECT coalesce(max(id), 0) FROM (
    SELECT id, instance FROM segment UNION ALL SELECT id, instance FROM head
  ) WHERE instance = (SELECT instance FROM old_group WHERE id = group_id)), cumulative, labels FROM old_series;
DROP TABLE old_series;
DROP TABLE old_group;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;
const TABLES = ['chunk', 'segment', 'snapshot', 'head', 'series', 'series_group'];

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

  /** What is read in one go, and of one moment. */
  moment<T>(read: () => T): T {
    this.exec('BEGIN');
    try {
      return read();
    } finally {
      this.exec('ROLLBACK');
    }
  }

  /** Lets the file grow to so many bytes, and no further. */
  limit(bytes: number): void {
    const { page_size: pageSize } = this.get<{ page_size: number }>('PRAGMA page_size')!;
    this.exec(`PRAGMA max_page_count = ${Math.min(Math.ceil(bytes / pageSize), 2 ** 32 - 2)}`);
  }

  /** Forgets all that is in it; what was known of its series is out of date. */
  empty(): void {
    this.transaction(() => {
      for (const table of TABLES) this.run(`DELETE FROM ${table}`);
      beginGenerationIn(this);
    });
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
  const tried = identityOf(path);
  try {
    return await open(path, mostBytes);
  } catch (error) {
    if (troubleOf(error) !== 'damaged') throw error;
    // Another process may have put it aside already, and begun the next.
    if (identityOf(path) === tried) onSetAside(setAside(path), error);
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
  const version = versionOf(database);
  // Both before there are tables: the first cannot be changed later, and neither within a transaction.
  if (version === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  database.exec('PRAGMA journal_size_limit = 4194304; PRAGMA cache_size = -4096');
  if (version < SCHEMA_VERSION) {
    database.transaction(() => {
      // Another process may have been faster.
      const now = versionOf(database);
      if (now < SCHEMA_VERSION) database.exec(now === 0 ? SCHEMA : FROM_VERSION_1);
    });
  }
  database.limit(mostBytes);
  for (const table of ['file', ...TABLES]) database.get(`SELECT * FROM ${table} LIMIT 1`);
}

/** The version of our tables, 0 where there are none yet. Changes nothing. @throws where others have tables there. */
function versionOf(database: Database): number {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')!.user_version;
  const application = database.get<{ application_id: number }>('PRAGMA application_id')!.application_id;
  const tables = database.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
  if (tables.length === 0 && version === 0 && application === 0) return 0;
  // The first version did not say whose the file is.
  const names = new Set(tables.map(({ name }) => name));
  const first = application === 0 && version === 1 && TABLES.every((table) => names.has(table));
  if (application !== APPLICATION_ID && !first) {
    throw new TelltaleError(
      'history',
      'The database belongs to another program; set path or TELLTALE_DB to a file of its own.',
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new TelltaleError(
      'history',
      `The database was written by a newer version of Telltale (schema ${version}, known up to ${SCHEMA_VERSION}). ` +
        'Update, or set path or TELLTALE_DB to another file.',
    );
  }
  return version;
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
