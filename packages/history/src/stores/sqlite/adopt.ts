import type { RecordedSeries } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import { Head } from '../head.ts';
import type { Database } from './database.ts';
import { ForeignHead } from './foreign-head.ts';
import { seal } from './write-segment.ts';

/** A head and how far it was written when that was asked. */
interface AbandonedHead {
  readonly id: number;
  readonly instance: string;
  readonly updated: number;
  readonly rows: number;
}

/**
 * Makes segments of heads that nobody wrote to since `before`, but for `own`: their process is gone, or asleep. One
 * that is written to meanwhile is left alone. `onDamage` is told of rows that cannot be read, with which a head ends.
 */
export async function adoptHeads(
  database: Database,
  before: number,
  now: number,
  own: readonly number[],
  onDamage: (error: unknown) => void,
): Promise<void> {
  const abandoned = database
    .all<AbandonedHead>(
      `SELECT id, instance, updated, (SELECT count(*) FROM snapshot WHERE head_id = head.id) AS rows
       FROM head WHERE updated < ?`,
      before,
    )
    .filter(({ id }) => !own.includes(id));
  for (const head of abandoned) await adopt(database, head, now, onDamage);
}

async function adopt(
  database: Database,
  { id, instance, updated, rows: count }: AbandonedHead,
  now: number,
  onDamage: (error: unknown) => void,
): Promise<void> {
  const rows = new ForeignHead(id, instance);
  const turns = new Turns(2);
  try {
    while (rows.readSome(database)) if (turns.due) await turns.give();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    onDamage(error);
  }
  const takeHead = () =>
    database.run(
      'DELETE FROM head WHERE id = ? AND updated = ? AND (SELECT count(*) FROM snapshot WHERE head_id = ?) = ?',
      ...[id, updated, id, count],
    ).changes > 0;
  const head = headOf(rows);
  if (head.snapshots.length === 0) {
    takeHead();
    return;
  }
  const groups = groupsOf(database, instance);
  const placeOf = (key: string) => {
    const groupId = groups.get(Number(key));
    return groupId === undefined ? undefined : { id: Number(key), groupId };
  };
  await seal(database, head, { id, instance, made: now, placeOf, takeHead });
}

function groupsOf(database: Database, instance: string): ReadonlyMap<number, number> {
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
