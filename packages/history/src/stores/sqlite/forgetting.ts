import type { Database } from './database.ts';
import { beginGenerationIn } from './generation.ts';
import { GOING } from './write-segment.ts';

/** Series and groups are gone through so many at a time. */
const SERIES = 250;
const GROUPS = 250;

/**
 * Forgets the series of which no head and no segment has a sample any more, whosever they were, and groups without
 * series. A pass over all of them takes many steps; the other processes are told at its end.
 */
export class Forgetting {
  #at: number | undefined;
  #forgot = false;

  /** Has a pass begin with the next step, unless one is under way. */
  begin(): void {
    this.#at ??= 0;
  }

  /** Does a step. Whether there may be more to do. */
  step(database: Database): boolean {
    if (this.#at === undefined) return false;
    const from = this.#at;
    const last = database.get<{ id: number }>(
      'SELECT max(id) AS id FROM (SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?) HAVING max(id) IS NOT NULL',
      ...[from, SERIES],
    );
    if (last === undefined) return this.#forgetGroups(database);
    const { changes } = database.run(
      `DELETE FROM series WHERE id > ? AND id <= ? AND head_id NOT IN (SELECT id FROM head)
       AND head_id NOT IN (SELECT id FROM segment WHERE state <> ?)`,
      ...[from, last.id, GOING],
    );
    this.#forgot ||= changes > 0;
    this.#at = last.id;
    return true;
  }

  #forgetGroups(database: Database): boolean {
    const forgotten = database.transaction(() => {
      const { changes } = database.run(
        `DELETE FROM series_group WHERE id IN (
           SELECT id FROM series_group AS g WHERE NOT EXISTS (SELECT 1 FROM series WHERE group_id = g.id) LIMIT ?
         )`,
        GROUPS,
      );
      // Another process may be about to enter a series into such a group.
      if (this.#forgot || changes > 0) beginGenerationIn(database);
      return changes;
    });
    this.#forgot = false;
    if (forgotten === GROUPS) return true;
    this.#at = undefined;
    return false;
  }
}
