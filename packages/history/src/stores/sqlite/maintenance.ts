import type { BitWriter } from '../../codec/bit-writer.ts';
import { decodeColumn } from '../../codec/column.ts';
import { encodeMinutes, minutesOf } from '../../codec/minutes.ts';
import { decodeTimes } from '../../codec/times.ts';
import type { RecordedSeries } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import { Head } from '../head.ts';
import { SampleRun } from '../sample-run.ts';
import type { Database } from './database.ts';
import { ForeignHead } from './foreign-head.ts';
import { chunkId, columnsIn, Pack } from './pack.ts';
import { COMPLETE, GOING, MINUTES, RAW, SegmentWriter, seal, UNFINISHED } from './write-segment.ts';

/** How long what is kept. */
export interface Keeping {
  readonly retentionMs: number;
  /** How long samples are kept as they were recorded; then by the minute. */
  readonly rawRetentionMs: number;
  readonly maxBytes: number;
}

const DAY = 86_400_000;
/** A writer that was not heard of for so long is gone, or asleep and will notice. */
const ABANDONED_MS = 900_000;
/** Rows are deleted so many at a time. */
const ROWS = 8;
const PAGES = 64;

interface SegmentRow {
  readonly id: number;
  readonly tier: number;
  readonly instance: string;
  readonly samples: number;
  readonly times: Uint8Array;
}

/**
 * The chores of the file, each a small step of its own: what is past its time goes, what is a day old is drawn
 * together by the minute, and what other processes left behind is put in order.
 */
export class Maintenance {
  readonly #keeping: Keeping;
  #checkedHeadsAt = Number.NEGATIVE_INFINITY;

  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  /** Does a few steps; `own` are the heads of this process. */
  async run(database: Database, now: number, own: readonly number[]): Promise<void> {
    const turns = new Turns(2);
    for (let step = 0; step < 16; step++) {
      const more = this.#deleteSome(database) || this.#expire(database, now) || this.#shrink(database);
      if (!more) break;
      if (turns.due) await turns.give();
    }
    await this.#drawTogether(database, now, turns);
    if (Math.abs(now - this.#checkedHeadsAt) < ABANDONED_MS / 3) return;
    this.#checkedHeadsAt = now;
    await this.#adopt(database, now, own);
    this.#forgetGone(database, now);
  }

  /** Takes some rows of segments and heads that are gone. */
  #deleteSome(database: Database): boolean {
    const going = database.get<SegmentRow>('SELECT id, tier FROM segment WHERE state = ? LIMIT 1', GOING);
    if (going !== undefined) {
      const [from, to] = [chunkId(going.id, going.tier, 0), chunkId(going.id, going.tier + 1, 0)];
      const { changes } = database.run(
        'DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE id >= ? AND id < ? LIMIT ?)',
        ...[from, to, ROWS],
      );
      if (changes < ROWS) database.run('DELETE FROM segment WHERE id = ? AND tier = ?', going.id, going.tier);
      return true;
    }
    const first = database.get<{ id: number | null }>('SELECT min(head_id) AS id FROM snapshot')!.id;
    if (first === null || database.get('SELECT 1 FROM head WHERE id = ?', first) !== undefined) {
      return this.#deleteOrphans(database);
    }
    return this.#deleteRowsOf(database, first);
  }

  #deleteOrphans(database: Database): boolean {
    const orphan = database.get<{ id: number }>(
      `WITH RECURSIVE heads(id) AS (
         SELECT min(head_id) FROM snapshot
         UNION ALL SELECT (SELECT min(head_id) FROM snapshot WHERE head_id > heads.id) FROM heads WHERE id IS NOT NULL
       ) SELECT id FROM heads WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM head) LIMIT 1`,
    );
    return orphan !== undefined && this.#deleteRowsOf(database, orphan.id);
  }

  #deleteRowsOf(database: Database, headId: number): boolean {
    database.run(
      'DELETE FROM snapshot WHERE rowid IN (SELECT rowid FROM snapshot WHERE head_id = ? LIMIT ?)',
      headId,
      ROWS * 4,
    );
    return true;
  }

  #expire(database: Database, now: number): boolean {
    const { retentionMs, rawRetentionMs } = this.#keeping;
    const old = database.get<SegmentRow>(
      `SELECT id, tier FROM segment
       WHERE state = ? AND (end_time < ? OR (tier = ? AND end_time < ? AND EXISTS (
         SELECT 1 FROM segment AS drawn WHERE drawn.id = segment.id AND drawn.tier = ? AND drawn.state = ?
       ))) ORDER BY end_time LIMIT 1`,
      ...[COMPLETE, now - retentionMs, RAW, now - rawRetentionMs, MINUTES, COMPLETE],
    );
    const abandoned =
      old ??
      database.get<SegmentRow>(
        'SELECT id, tier FROM segment WHERE state = ? AND made < ? LIMIT 1',
        ...[UNFINISHED, now - ABANDONED_MS],
      );
    return abandoned !== undefined && this.#let(database, abandoned);
  }

  /** Gives the oldest segment up where the file is too large, and pages that are free back to the disk. */
  #shrink(database: Database): boolean {
    const { page_size: size } = database.get<{ page_size: number }>('PRAGMA page_size')!;
    const { page_count: pages } = database.get<{ page_count: number }>('PRAGMA page_count')!;
    const { freelist_count: free } = database.get<{ freelist_count: number }>('PRAGMA freelist_count')!;
    if ((pages - free) * size > this.#keeping.maxBytes) {
      const oldest = database.get<SegmentRow>(
        'SELECT id, tier FROM segment WHERE state = ? ORDER BY end_time, tier LIMIT 1',
        COMPLETE,
      );
      if (oldest !== undefined) return this.#let(database, oldest);
    }
    if (free * size < 1_048_576 || (free * 4 < pages && pages * size <= this.#keeping.maxBytes)) return false;
    database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
    return true;
  }

  #let(database: Database, { id, tier }: SegmentRow): boolean {
    database.run('UPDATE segment SET state = ? WHERE id = ? AND tier = ?', GOING, id, tier);
    return true;
  }

  /** Makes minutes of one segment that is a day old. */
  async #drawTogether(database: Database, now: number, turns: Turns): Promise<void> {
    const { rawRetentionMs, retentionMs } = this.#keeping;
    if (rawRetentionMs >= retentionMs) return;
    const raw = database.get<SegmentRow>(
      `SELECT * FROM segment AS raw WHERE tier = ? AND state = ? AND end_time < ?
       AND NOT EXISTS (SELECT 1 FROM segment WHERE id = raw.id AND tier = ?) ORDER BY id LIMIT 1`,
      ...[RAW, COMPLETE, now - Math.min(DAY, rawRetentionMs), MINUTES],
    );
    if (raw === undefined) return;
    const times = decodeTimes(raw.times);
    const ends = minutesOf(times);
    const minutes = Float64Array.from(ends, (end) => times[end]!);
    const samples = Math.round((raw.samples / times.length) * minutes.length);
    const { id, instance } = raw;
    const writer = new SegmentWriter(database, { id, tier: MINUTES, instance, made: now, times: minutes, samples });
    const [from, to] = [chunkId(id, RAW, 0), chunkId(id, RAW + 1, 0)];
    const chunks = database.all<{ id: number }>('SELECT id FROM chunk WHERE id >= ? AND id < ?', from, to);
    const pack = new Pack();
    for (const { id: chunk } of chunks) {
      const row = database.get<{ data: Uint8Array }>('SELECT data FROM chunk WHERE id = ?', chunk);
      if (row === undefined) return;
      const cumulative = cumulativeIn(database, chunk - from);
      for (const [seriesId, at] of columnsIn(row.data)) {
        const run = new SampleRun(times.length);
        decodeColumn(row.data, at, times, run);
        pack.add(seriesId, (bits: BitWriter) => encodeMinutes(bits, run, times, ends, cumulative.has(seriesId)));
        if (turns.due) await turns.give();
      }
      await writer.add(chunk - from, pack.take());
    }
    writer.finish(() => {});
  }

  /** Makes segments of heads whose process is gone. */
  async #adopt(database: Database, now: number, own: readonly number[]): Promise<void> {
    const abandoned = database
      .all<{ id: number; instance: string }>('SELECT id, instance FROM head WHERE updated < ?', now - ABANDONED_MS)
      .filter(({ id }) => !own.includes(id));
    for (const { id, instance } of abandoned) {
      const rows = new ForeignHead(id);
      const turns = new Turns(2);
      try {
        while (rows.readSome(database)) if (turns.due) await turns.give();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      const head = headOf(rows);
      if (head.snapshots.length === 0) database.run('DELETE FROM head WHERE id = ?', id);
      else {
        const groups = groupsIn(database, instance);
        const places = (key: string) => ({ id: Number(key), groupId: groups.get(Number(key)) ?? 0, instance });
        await seal(database, head, { id, instance, made: now }, places);
      }
    }
  }

  /** Forgets the series of processes of which nothing is left. */
  #forgetGone(database: Database, now: number): void {
    const gone = database.get<{ id: number }>(
      `SELECT id FROM series_group WHERE instance NOT IN (SELECT instance FROM segment)
       AND instance NOT IN (SELECT instance FROM head WHERE updated > ?) LIMIT 1`,
      now - this.#keeping.retentionMs,
    );
    if (gone === undefined) return;
    database.transaction(() => {
      database.run('DELETE FROM series WHERE group_id = ?', gone.id);
      database.run('DELETE FROM series_group WHERE id = ?', gone.id);
    });
  }
}

function cumulativeIn(database: Database, groupId: number): ReadonlySet<number> {
  const rows = database.all<{ id: number }>('SELECT id FROM series WHERE group_id = ? AND cumulative = 1', groupId);
  return new Set(rows.map(({ id }) => id));
}

function groupsIn(database: Database, instance: string): ReadonlyMap<number, number> {
  const rows = database.all<{ id: number; group_id: number }>(
    'SELECT id, group_id FROM series WHERE group_id IN (SELECT id FROM series_group WHERE instance = ?)',
    instance,
  );
  return new Map(rows.map(({ id, group_id: groupId }) => [id, groupId]));
}

/** The head as its writer had it in memory, the ids in the place of the keys. */
function headOf({ rows }: ForeignHead): Head {
  const head = new Head();
  const layouts = new Map<Float64Array, readonly RecordedSeries[]>();
  for (const { time, ids, values } of rows) {
    let series = layouts.get(ids);
    if (series === undefined) layouts.set(ids, (series = Array.from(ids, seriesOfId)));
    head.append({ time, series, values });
  }
  return head;
}

function seriesOfId(id: number): RecordedSeries {
  return { labels: {}, key: String(id), cumulative: false, family: { name: '', help: '', type: 'untyped' } };
}
