import { Turns } from '../../turns.ts';
import { adoptHeads } from './adopt.ts';
import type { Database } from './database.ts';
import { drawTogether } from './draw-together.ts';
import { Forgetting } from './forgetting.ts';
import { chunkId } from './pack.ts';
import { COMPLETE, GOING, MINUTES, RAW } from './write-segment.ts';

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
/** Steps of a run: of an ordinary one, where the file is too large, and where nothing else helps. */
const STEPS = 32;
const STEPS_WHEN_LARGE = 128;
const STEPS_WHEN_FULL = 4_096;

interface SegmentRow {
  readonly id: number;
  readonly tier: number;
}

/**
 * The chores of the file, each a small step of its own: what is past its time goes, what is a day old is drawn
 * together by the minute, and what other processes left behind is put in order.
 */
export class Maintenance {
  readonly #keeping: Keeping;
  readonly #onDamage: (error: unknown) => void;
  readonly #forgetting = new Forgetting();
  #checkedHeadsAt = Number.NEGATIVE_INFINITY;

  constructor(keeping: Keeping, onDamage: (error: unknown) => void) {
    this.#keeping = keeping;
    this.#onDamage = onDamage;
  }

  /** Does a few steps; `own` are the heads of this process. */
  async run(database: Database, now: number, own: readonly number[]): Promise<void> {
    const { rawRetentionMs, retentionMs, maxBytes } = this.#keeping;
    await this.#tidy(database, now, bytesOf(database).used > maxBytes ? STEPS_WHEN_LARGE : STEPS);
    if (rawRetentionMs < retentionMs) {
      await drawTogether(database, now - Math.min(DAY, rawRetentionMs), now, new Turns(2), this.#onDamage);
    }
    if (Math.abs(now - this.#checkedHeadsAt) < ABANDONED_MS / 3) return;
    this.#checkedHeadsAt = now;
    await adoptHeads(database, now - ABANDONED_MS, now, own, this.#onDamage);
    this.#forgetting.begin();
  }

  /** Does all there is to do that can make room. */
  async makeRoom(database: Database, now: number, own: readonly number[]): Promise<void> {
    await adoptHeads(database, now - ABANDONED_MS, now, own, this.#onDamage);
    this.#forgetting.begin();
    await this.#tidy(database, now, STEPS_WHEN_FULL);
  }

  async #tidy(database: Database, now: number, steps: number): Promise<void> {
    const turns = new Turns(2);
    for (let step = 0; step < steps; step++) {
      // Labels go before more segments do for their sake.
      const more =
        this.#deleteSome(database) ||
        this.#expire(database, now) ||
        this.#forgetting.step(database) ||
        this.#shrink(database);
      if (!more) return;
      if (turns.due) await turns.give();
    }
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
      if (changes === ROWS) return true;
      database.run('DELETE FROM segment WHERE id = ? AND tier = ?', going.id, going.tier);
      this.#forgetting.begin();
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
        'SELECT id, tier FROM segment WHERE state <= 0 AND made < ? LIMIT 1',
        now - ABANDONED_MS,
      );
    return abandoned !== undefined && this.#let(database, abandoned);
  }

  /** Gives the oldest segment up where the file is too large, and pages that are free back to the disk. */
  #shrink(database: Database): boolean {
    const { maxBytes } = this.#keeping;
    const { used, free } = bytesOf(database);
    if (used > maxBytes) {
      const oldest = database.get<SegmentRow>(
        'SELECT id, tier FROM segment WHERE state = ? ORDER BY end_time, tier LIMIT 1',
        COMPLETE,
      );
      if (oldest !== undefined) return this.#let(database, oldest);
    }
    if (free < 1_048_576 || (free * 3 < used && used + free <= maxBytes)) return false;
    database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
    return true;
  }

  #let(database: Database, { id, tier }: SegmentRow): boolean {
    database.run('UPDATE segment SET state = ? WHERE id = ? AND tier = ?', GOING, id, tier);
    return true;
  }
}

/** The pages of the file that hold something, and those that do not. */
function bytesOf(database: Database): { readonly used: number; readonly free: number } {
  const { page_size: size } = database.get<{ page_size: number }>('PRAGMA page_size')!;
  const { page_count: pages } = database.get<{ page_count: number }>('PRAGMA page_count')!;
  const { freelist_count: free } = database.get<{ freelist_count: number }>('PRAGMA freelist_count')!;
  return { used: (pages - free) * size, free: free * size };
}
