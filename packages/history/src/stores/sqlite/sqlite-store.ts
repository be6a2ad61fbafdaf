import { type FileHandle, open as openFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Matcher, SeriesData, SeriesSource } from '@telltale/promql';
import type { Snapshot } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import { SAMPLES_OF_A_SEGMENT, SNAPSHOTS_OF_A_SEGMENT } from '../memory-store.ts';
import type { QueryableStore, StoreUsage } from '../store.ts';
import { Catalogue } from './catalogue.ts';
import { type Database, identityOf, openDatabase, openReader, setAside } from './database.ts';
import { type Keeping, Maintenance } from './maintenance.ts';
import { OwnHead } from './own-head.ts';
import { type Question, read } from './reader.ts';
import { encodeRow } from './snapshot-row.ts';
import { troubleOf } from './sqlite-error.ts';
import { COMPLETE, seal } from './write-segment.ts';

/** What a store in SQLite works with. */
export interface SqliteStoreOptions extends Keeping {
  readonly path: string;
  /** Tells the processes apart that share the file. */
  readonly instance: string;
  /** So many samples may wait in memory while the file cannot be written. */
  readonly bufferSize: number;
  readonly now: () => number;
  /** Told once of each change for the worse or the better. */
  readonly onNotice: (message: string, cause?: unknown) => void;
  readonly onDropped: (samples: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How long to wait for another process that is writing, in milliseconds. */
const PATIENCE = [3, 7, 15, 30, 60];
/** Others may keep the file from us for so many flushes before that is told of. */
const BUSY_FLUSHES = 6;
/** The write-ahead log is taken into the file when about so much was written to it. */
const LOG_BYTES = 2_097_152;
/** What a row brings along: pages of the tables and indices that it touches. */
const BYTES_BESIDE_A_ROW = 16_384;

/**
 * Samples in an SQLite file that several processes may share. Each flush is a row, safe from a crash; an hour of
 * them becomes a segment of compressed columns. While the file cannot be written, samples wait in memory, are
 * answered from there, and are written as soon as it can be.
 */
export class SqliteStore implements QueryableStore, SeriesSource {
  readonly name = 'sqlite';
  readonly #options: SqliteStoreOptions;
  readonly #maintenance: Maintenance;
  #database: Database | undefined;
  #identity = '';
  #catalogue = new Catalogue();
  readonly #readers: Database[] = [];
  /** The last one is filled; those before wait to be sealed. */
  #heads: OwnHead[] = [new OwnHead()];
  #layout: Snapshot['series'] | undefined;
  #log: FileHandle | undefined;
  #logged = 0;
  #trouble = false;
  #busyFlushes = 0;
  /** Goes up when another file takes the place of the one before. */
  #generation = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#maintenance = new Maintenance(options);
  }

  get source(): SeriesSource {
    return this;
  }

  /** Opens the file. @throws what SQLite and the file system throw where it cannot be opened or written. */
  async open(): Promise<void> {
    const { path, onNotice } = this.#options;
    this.#database = await openDatabase(path, this.#options.maxBytes * 2, (to, cause) => {
      onNotice(`The history in ${path} is damaged; it was renamed to ${to}, and a new one begun`, cause);
    });
    this.#identity = identityOf(path);
  }

  /** Takes a snapshot; settles when it is in the file, or waits for that in memory. */
  write(snapshot: Snapshot): Promise<void> {
    return this.#next(async () => {
      if (snapshot.series !== this.#layout) await this.#catalogue.enrol(snapshot.series);
      this.#layout = snapshot.series;
      this.#append(snapshot);
      await this.#persist();
    });
  }

  select(matchers: readonly Matcher[], from: number, to: number, signal?: AbortSignal): Promise<SeriesData[]> {
    return this.#read(matchers, from, to, signal, PATIENCE.length);
  }

  async usage(): Promise<StoreUsage> {
    const { path } = this.#options;
    const database = await this.#opened();
    const pages = database.get<{ page_count: number }>('PRAGMA page_count')!.page_count;
    const size = database.get<{ page_size: number }>('PRAGMA page_size')!.page_size;
    const segments = database.get<Extent>(
      `SELECT sum(samples) AS samples, min(start_time) AS oldest, max(end_time) AS newest FROM segment WHERE state = ?`,
      COMPLETE,
    )!;
    const rows = database.get<Extent>('SELECT 0 AS samples, min(time) AS oldest, max(time) AS newest FROM snapshot')!;
    await this.#catalogue.refresh(database);
    const inMemory = this.#heads.reduce((sum, { head }) => sum + head.samples, 0);
    return {
      path,
      bytes: pages * size,
      series: this.#catalogue.size,
      samples: (segments.samples ?? 0) + inMemory,
      oldest: least(segments.oldest, rows.oldest),
      newest: segments.newest === null ? (rows.newest ?? undefined) : Math.max(segments.newest, rows.newest ?? 0),
    };
  }

  clear(): Promise<void> {
    return this.#next(async () => {
      const database = await this.#opened();
      database.transaction(() => {
        for (const table of ['chunk', 'segment', 'snapshot', 'head', 'series', 'series_group']) {
          database.run(`DELETE FROM ${table}`);
        }
      });
      this.#forget();
      this.#heads = [new OwnHead()];
    });
  }

  close(): Promise<void> {
    return this.#next(async () => {
      this.#database?.close();
      for (const reader of this.#readers.splice(0)) reader.close();
      this.#database = undefined;
      // Last: closing a file takes the locks of SQLite's own with it.
      await this.#log?.close();
      this.#log = undefined;
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  #append(snapshot: Snapshot): void {
    const { head } = this.#heads.at(-1)!;
    const full = head.snapshots.length >= SNAPSHOTS_OF_A_SEGMENT || head.samples >= SAMPLES_OF_A_SEGMENT;
    // A clock that was set back begins anew, too.
    if (full || snapshot.time <= head.lastTime) this.#heads = [...this.#heads, new OwnHead()];
    this.#heads.at(-1)!.head.append(snapshot);
    const { bufferSize, onDropped } = this.#options;
    let waiting = this.#heads.reduce((sum, { samplesWaiting }) => sum + samplesWaiting, 0);
    while (waiting > bufferSize && waiting > snapshot.values.length) {
      const oldest = this.#heads.find(({ samplesWaiting }) => samplesWaiting > 0)!;
      const dropped = oldest.dropOldestWaiting();
      waiting -= dropped;
      onDropped(dropped);
    }
  }

  /** Writes what waits, with patience for other writers. What cannot be written goes on waiting. */
  async #persist(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const database = await this.#opened();
        await this.#drain(database);
        await this.#sync();
        this.#recovered();
        await this.#maintain(database);
        return;
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble === 'busy' && attempt < PATIENCE.length) {
          // Not unreferenced: a process that closes its monitor and ends is to wait for this.
          await delay(PATIENCE[attempt]!);
        } else if (trouble === 'busy' && ++this.#busyFlushes < BUSY_FLUSHES) return;
        else if (trouble === 'damaged' && attempt === 0) this.#replace(error, this.#generation);
        else {
          this.#worsened(error);
          return;
        }
      }
    }
  }

  async #drain(database: Database): Promise<void> {
    for (;;) {
      const own = this.#heads[0]!;
      while (own.written < own.head.snapshots.length) await this.#writeNext(database, own);
      if (this.#heads.length === 1) return;
      const { instance, now } = this.#options;
      if (own.id !== undefined) {
        await seal(database, own.head, { id: own.id, instance, made: now() }, (key) => {
          return this.#catalogue.placeIn(key, instance)!;
        });
        this.#logged = LOG_BYTES;
      }
      this.#heads = this.#heads.slice(1);
    }
  }

  async #writeNext(database: Database, own: OwnHead): Promise<void> {
    const { instance } = this.#options;
    const { series, values, time } = own.head.snapshots[own.written]!;
    const ids = await this.#catalogue.idsOf(series, database, instance);
    const row = { ids, values };
    const data = encodeRow(row, own.row);
    const updated = this.#options.now();
    const id = database.transaction(() => {
      const head =
        own.id ?? database.run('INSERT INTO head (instance, updated) VALUES (?, ?)', instance, updated).lastId;
      const { changes } = database.run('UPDATE head SET updated = ? WHERE id = ?', updated, head);
      if (changes === 0) return undefined;
      database.run(
        'INSERT INTO snapshot (head_id, number, time, data) VALUES (?, ?, ?, ?)',
        ...[head, own.written, time, data],
      );
      return head;
    });
    if (id === undefined) return own.leaveWritten();
    own.id = id;
    own.row = row;
    own.written++;
    this.#logged += data.length + BYTES_BESIDE_A_ROW;
  }

  /**
   * Has the log written to the disk by a thread of libuv's, where SQLite would hold up this one: a power cut then
   * takes no more than what came after.
   */
  async #sync(): Promise<void> {
    this.#log ??= await openFile(`${this.#options.path}-wal`, 'r+').catch(() => undefined);
    await this.#log?.datasync().catch(() => {});
  }

  async #maintain(database: Database): Promise<void> {
    const own = this.#heads.flatMap(({ id }) => (id === undefined ? [] : [id]));
    try {
      await this.#maintenance.run(database, this.#options.now(), own);
      if (this.#logged < LOG_BYTES) return;
      // In a turn of its own: it copies pages, and waits for the disk.
      await new Turns(0).give();
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      this.#logged = 0;
    } catch (error) {
      // Another process has the file, or there is no room to tidy up in: there is no hurry.
      const trouble = troubleOf(error);
      if (trouble !== 'busy' && trouble !== 'full') throw error;
    }
  }

  async #read(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal: AbortSignal | undefined,
    patience: number,
  ): Promise<SeriesData[]> {
    let reader: Database | undefined;
    const question: Question = {
      ...{ matchers, from, to, signal },
      catalogue: this.#catalogue,
      heads: () => this.#heads.map(({ id, head }) => ({ id, head, count: head.snapshots.length })),
      onDamage: this.#options.onError,
    };
    try {
      await this.#opened();
    } catch {
      // Writing has told of it, and has what there is in memory.
      return read(undefined, question);
    }
    const generation = this.#generation;
    try {
      reader = this.#readers.pop() ?? (await openReader(this.#options.path));
      const answer = await read(reader, { ...question, catalogue: this.#catalogue });
      if (generation === this.#generation) this.#readers.push(reader);
      else reader.close();
      return answer;
    } catch (error) {
      reader?.close();
      const trouble = troubleOf(error);
      if (patience === 0 || (trouble !== 'busy' && trouble !== 'damaged')) throw error;
      if (trouble === 'damaged') this.#replace(error, generation);
      else await delay(PATIENCE[PATIENCE.length - patience]!);
      return this.#read(matchers, from, to, signal, patience - 1);
    }
  }

  /** The database, opened again where another file has taken the name of ours. */
  async #opened(): Promise<Database> {
    if (this.#database !== undefined && identityOf(this.#options.path) === this.#identity) return this.#database;
    if (this.#database !== undefined) this.#forget();
    this.#database?.close();
    this.#database = undefined;
    await this.open();
    return this.#database!;
  }

  /** Puts a damaged file aside; what is in memory is written into the next. */
  #replace(cause: unknown, generation: number): void {
    if (generation !== this.#generation) return;
    const { path, onNotice } = this.#options;
    const damaged = this.#identity;
    this.#database?.close();
    this.#database = undefined;
    this.#forget();
    if (identityOf(path) !== damaged) return;
    const to = setAside(path);
    onNotice(`The history in ${path} is damaged; it was renamed to ${to}, and a new one begun`, cause);
  }

  /** What is known of the file is of another file. */
  #forget(): void {
    this.#generation++;
    for (const reader of this.#readers.splice(0)) reader.close();
    this.#log?.close().catch(() => {});
    this.#log = undefined;
    this.#catalogue = new Catalogue();
    this.#layout = undefined;
    for (const own of this.#heads) {
      own.startOver();
      for (const series of new Set(own.head.snapshots.map((snapshot) => snapshot.series))) {
        this.#catalogue.enrol(series).catch(this.#options.onError);
      }
    }
  }

  #worsened(cause: unknown): void {
    if (this.#trouble) return;
    this.#trouble = true;
    const { path, onNotice } = this.#options;
    const reason = troubleOf(cause) === 'full' ? 'the disk is full' : 'it cannot be written';
    onNotice(`The history stays in memory for now, as far as bufferSize goes: ${path}: ${reason}`, cause);
  }

  #recovered(): void {
    this.#busyFlushes = 0;
    if (!this.#trouble) return;
    this.#trouble = false;
    this.#options.onNotice(`The history is written to ${this.#options.path} again`);
  }
}

interface Extent {
  readonly samples: number | null;
  readonly oldest: number | null;
  readonly newest: number | null;
}

function least(a: number | null, b: number | null): number | undefined {
  if (a === null || b === null) return a ?? b ?? undefined;
  return Math.min(a, b);
}
