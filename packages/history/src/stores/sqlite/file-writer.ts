import { type FileHandle, open as openFile } from 'node:fs/promises';
import { decodeTimes } from '../../codec/times.ts';
import { Turns } from '../../turns.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database } from './database.ts';
import { generationIn } from './generation.ts';
import { type Keeping, Maintenance } from './maintenance.ts';
import type { OwnHead } from './own-head.ts';
import type { OwnHeads } from './own-heads.ts';
import { encodeRow } from './snapshot-row.ts';
import { troubleOf } from './sqlite-error.ts';
import { COMPLETE, RAW, seal } from './write-segment.ts';

/** What is written is written for whom, where, and for how long. */
export interface FileWriterOptions extends Keeping {
  readonly path: string;
  /** Tells the processes apart that share the file. */
  readonly instance: string;
  readonly now: () => number;
  /** Told of data in the file that cannot be read. */
  readonly onError: (error: unknown) => void;
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
    this.#maintenance = new Maintenance(options, options.onError);
  }

  /** Writes each snapshot that is not in the file, and seals each head that is full. */
  async write(database: Database, heads: OwnHeads, catalogue: Catalogue): Promise<void> {
    for (;;) {
      const own = heads.first;
      while (own.written < own.head.snapshots.length) await this.#writeNext(database, own, catalogue);
      if (heads.onlyOne) break;
      if (own.id !== undefined && !(await this.#seal(database, own, catalogue))) {
        if (isThere(database, own.id)) break;
        own.leaveWritten(timesOfSegment(database, own.id));
      } else heads.removeFirst();
    }
    await this.#sync();
  }

  /** Does a few chores, and takes the log into the file when it is long. */
  async maintain(database: Database, heads: OwnHeads): Promise<void> {
    try {
      await this.#maintenance.run(database, this.#options.now(), heads.ids);
    } catch (error) {
      leaveForLater(error);
    }
    if (this.#logged < LOG_BYTES) return;
    // In a turn of its own: it copies pages, and waits for the disk.
    await new Turns(0).give();
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      this.#logged = 0;
    } catch (error) {
      leaveForLater(error);
    }
  }

  /** Does all chores that can make room in the file. */
  async makeRoom(database: Database, heads: OwnHeads): Promise<void> {
    await this.#maintenance.makeRoom(database, this.#options.now(), heads.ids);
    this.#logged = LOG_BYTES;
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
    // Before its series, which are kept for its sake.
    own.id ??= database.run('INSERT INTO head (instance, updated) VALUES (?, ?)', instance, now()).lastId;
    const { id } = own;
    const { ids, generation } = await catalogue.idsOf(series, database, instance, own);
    const claimed = await claim(database, own, ids);
    const row = { ids, values };
    const data = encodeRow(row, own.row);
    const outcome = database.transaction(() => {
      if (database.run('UPDATE head SET updated = ? WHERE id = ?', now(), id).changes === 0) return 'no head';
      if (!claimed || generationIn(database) !== generation) return 'series gone';
      database.run(
        'INSERT INTO snapshot (head_id, number, time, data) VALUES (?, ?, ?, ?)',
        ...[id, own.written, time, data],
      );
      return 'written';
    });
    if (outcome === 'no head') return own.leaveWritten(timesOfSegment(database, id));
    if (outcome === 'series gone') {
      if (!claimed) catalogue.distrust();
      return catalogue.refresh(database);
    }
    own.row = row;
    own.written++;
    own.bytes += data.length;
    this.#logged += data.length + BYTES_BESIDE_A_ROW;
  }

  /** Whether the segment is there; not where the head was taken away meanwhile, or another process is at it. */
  async #seal(database: Database, own: OwnHead, catalogue: Catalogue): Promise<boolean> {
    const { instance, now } = this.#options;
    const id = own.id!;
    const takeHead = () => database.run('DELETE FROM head WHERE id = ?', id).changes > 0;
    if (own.head.snapshots.length === 0) return takeHead();
    for (const layout of new Set(own.head.snapshots.map(({ series }) => series))) {
      await catalogue.idsOf(layout, database, instance, own);
    }
    this.#logged = LOG_BYTES;
    return seal(database, own.head, {
      ...{ id, instance, made: now() },
      placeOf: (key) => catalogue.placeIn(key, instance),
      takeHead,
    });
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

/** Series are claimed so many at a time. */
const CLAIMS = 200;

/** Notes at each series that this head has samples of it. Whether all of them are in the file. */
async function claim(database: Database, own: OwnHead, ids: Float64Array): Promise<boolean> {
  if (own.row?.ids === ids) return true;
  const turns = new Turns(2);
  const missing = ids.filter((id) => !own.claimed.has(id));
  for (let from = 0; from < missing.length; from += CLAIMS) {
    const slice = missing.subarray(from, from + CLAIMS);
    const all = database.transaction(() =>
      slice.every((id) => database.run('UPDATE series SET head_id = ? WHERE id = ?', own.id!, id).changes > 0),
    );
    if (!all) return false;
    for (const id of slice) own.claimed.add(id);
    if (turns.due) await turns.give();
  }
  return true;
}

function isThere(database: Database, headId: number): boolean {
  return database.get('SELECT 1 FROM head WHERE id = ?', headId) !== undefined;
}

/** The times that the segment of a head has; undefined where there is no such segment. */
function timesOfSegment(database: Database, id: number): ReadonlySet<number> | undefined {
  const row = database.get<{ times: Uint8Array }>(
    'SELECT times FROM segment WHERE id = ? AND tier = ? AND state = ?',
    ...[id, RAW, COMPLETE],
  );
  return row && new Set(decodeTimes(row.times));
}

/** Another process has the file, or there is no room to tidy up in: there is no hurry. @throws anything else. */
function leaveForLater(error: unknown): void {
  const trouble = troubleOf(error);
  if (trouble !== 'busy' && trouble !== 'full') throw error;
}
