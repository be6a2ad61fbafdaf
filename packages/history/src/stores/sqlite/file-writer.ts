import { type FileHandle, open as openFile } from 'node:fs/promises';
import { Turns } from '../../turns.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database } from './database.ts';
import { type Keeping, Maintenance } from './maintenance.ts';
import type { OwnHead } from './own-head.ts';
import type { OwnHeads } from './own-heads.ts';
import { encodeRow } from './snapshot-row.ts';
import { troubleOf } from './sqlite-error.ts';
import { seal } from './write-segment.ts';

/** What is written is written for whom, where, and for how long. */
export interface FileWriterOptions extends Keeping {
  readonly path: string;
  /** Tells the processes apart that share the file. */
  readonly instance: string;
  readonly now: () => number;
}

/** The write-ahead log is taken into the file when about so much was written to it. */
const LOG_BYTES = 2_097_152;
/** What a row brings along: pages of the tables and indices that it touches. */
const BYTES_BESIDE_A_ROW = 16_384;

/** Writes what waits in the heads of this process, and keeps the file in order. Failures are the caller's. */
export class FileWriter {
  readonly #options: FileWriterOptions;
  readonly #maintenance: Maintenance;
  #log: FileHandle | undefined;
  #logged = 0;

  constructor(options: FileWriterOptions) {
    this.#options = options;
    this.#maintenance = new Maintenance(options);
  }

  /** Writes each snapshot that is not in the file, and seals each head that is full. */
  async write(database: Database, heads: OwnHeads, catalogue: Catalogue): Promise<void> {
    const { instance, now } = this.#options;
    for (;;) {
      const own = heads.first;
      while (own.written < own.head.snapshots.length) await this.#writeNext(database, own, catalogue);
      if (heads.onlyOne) break;
      if (own.id !== undefined) {
        const made = now();
        await seal(database, own.head, { id: own.id, instance, made }, (key) => catalogue.placeIn(key, instance)!);
        this.#logged = LOG_BYTES;
      }
      heads.removeFirst();
    }
    await this.#sync();
  }

  /** Does a few chores, and takes the log into the file when it is long. */
  async maintain(database: Database, heads: OwnHeads): Promise<void> {
    try {
      await this.#maintenance.run(database, this.#options.now(), heads.ids);
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

  /** Lets go of the log: the file is another, or is closed. */
  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    await log?.close();
  }

  async #writeNext(database: Database, own: OwnHead, catalogue: Catalogue): Promise<void> {
    const { instance, now } = this.#options;
    const { series, values, time } = own.head.snapshots[own.written]!;
    const ids = await catalogue.idsOf(series, database, instance);
    const row = { ids, values };
    const data = encodeRow(row, own.row);
    const updated = now();
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
}
