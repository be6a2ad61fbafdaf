import { TelltaleError } from '@telltale/core';
import type { RecordedSeries } from '../../recorder/snapshot.ts';
import { Catalogue } from './catalogue.ts';
import { type Database, identityOf, openDatabase, openReader, setAside } from './database.ts';

/** What a file is opened with. */
export interface HistoryFileOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly onNotice: (message: string, cause?: unknown) => void;
}

/** What the store has beside the file. */
export interface BesideTheFile {
  /** The series that are in memory. */
  readonly inMemory: () => Iterable<readonly RecordedSeries[]>;
  /** Told that the file is another. */
  readonly onNewGeneration: () => void;
}

/** The file may be so many times as large as it should be, for as long as tidying up takes. */
const LEEWAY = 2;

/**
 * The file of a store, as this process has it open: opened again where another file has taken its name, and put aside
 * where it is damaged. Either time a new generation begins, of which nothing is known yet.
 */
export class HistoryFile {
  readonly #options: HistoryFileOptions;
  readonly #beside: BesideTheFile;
  readonly #readers: Database[] = [];
  #database: Database | undefined;
  #identity = '';
  #catalogue: Catalogue;
  #generation = 0;
  #closed = false;

  constructor(options: HistoryFileOptions, beside: BesideTheFile) {
    this.#options = options;
    this.#beside = beside;
    this.#catalogue = new Catalogue(beside.inMemory);
  }

  /** The series that it holds. */
  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Opens the file. @throws what SQLite and the file system throw where it cannot be opened or written. */
  async open(): Promise<Database> {
    const { path, maxBytes } = this.#options;
    this.refuseWhenClosed();
    const database = await openDatabase(path, maxBytes * LEEWAY, (to, cause) => this.#tellOfDamage(to, cause));
    if (this.#closed) database.close();
    this.refuseWhenClosed();
    this.#identity = identityOf(path);
    this.#database = database;
    return database;
  }

  /** Lets `work` write to a file that is full, so that it can make room there. */
  async withoutLimit<T>(database: Database, work: () => Promise<T>): Promise<T> {
    database.limit(Number.MAX_SAFE_INTEGER);
    try {
      return await work();
    } finally {
      database.limit(this.#options.maxBytes * LEEWAY);
    }
  }

  /** The connection that writes. @throws as `open` does. */
  async opened(): Promise<Database> {
    const database = this.#database;
    if (database !== undefined && identityOf(this.#options.path) === this.#identity) return database;
    if (database !== undefined) this.beginGeneration();
    this.#closeWriter();
    return this.open();
  }

  /** Lets `use` read by a connection that nobody else uses meanwhile. */
  async withReader<T>(use: (reader: Database) => Promise<T>): Promise<T> {
    const generation = this.#generation;
    this.refuseWhenClosed();
    const reader = this.#readers.pop() ?? (await openReader(this.#options.path));
    try {
      const answer = await use(reader);
      if (generation === this.#generation && !this.#closed) this.#readers.push(reader);
      else reader.close();
      return answer;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** Puts the file aside that was found damaged in that generation, unless this was done already. */
  replace(cause: unknown, generation: number): void {
    if (generation !== this.#generation) return;
    const { path } = this.#options;
    const damaged = this.#identity;
    this.#closeWriter();
    this.beginGeneration();
    if (identityOf(path) === damaged) this.#tellOfDamage(setAside(path), cause);
  }

  /** What is known of the file is known no more: it is another, or was emptied. */
  beginGeneration(): void {
    this.#generation++;
    this.#closeReaders();
    this.#catalogue = new Catalogue(this.#beside.inMemory);
    this.#beside.onNewGeneration();
  }

  /** For good: what comes afterwards is refused. */
  close(): void {
    this.#closed = true;
    this.#closeWriter();
    this.#closeReaders();
  }

  #closeWriter(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** @throws {TelltaleError} after `close`. */
  refuseWhenClosed(): void {
    if (this.#closed) throw new TelltaleError('history', 'The history is closed: ask it before its monitor is closed.');
  }

  #closeReaders(): void {
    for (const reader of this.#readers.splice(0)) reader.close();
  }

  #tellOfDamage(to: string, cause: unknown): void {
    const { path, onNotice } = this.#options;
    onNotice(`The history in ${path} is damaged; it was renamed to ${to}, and a new one begun`, cause);
  }
}
