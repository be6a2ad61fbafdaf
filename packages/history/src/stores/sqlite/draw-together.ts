import type { BitWriter } from '../../codec/bit-writer.ts';
import { decodeColumn } from '../../codec/column.ts';
import { encodeMinutes, minutesOf } from '../../codec/minutes.ts';
import { decodeTimes } from '../../codec/times.ts';
import type { Turns } from '../../turns.ts';
import { SampleRun } from '../sample-run.ts';
import type { Database } from './database.ts';
import { chunkId, columnsIn, Pack } from './pack.ts';
import { COMPLETE, GOING, MINUTES, RAW, SegmentWriter, unlessTaken } from './write-segment.ts';

interface RawSegment {
  readonly id: number;
  readonly instance: string;
  readonly samples: number;
  readonly times: Uint8Array;
}

/**
 * Makes minutes of one segment that ends before `before`. What cannot be read is told to `onDamage` and left out; a
 * segment whose times cannot be read is nothing without them, and goes.
 */
export async function drawTogether(
  database: Database,
  before: number,
  now: number,
  turns: Turns,
  onDamage: (error: unknown) => void,
): Promise<void> {
  const raw = database.get<RawSegment>(
    `SELECT id, instance, samples, times FROM segment AS raw WHERE tier = ? AND state = ? AND end_time < ?
     AND NOT EXISTS (SELECT 1 FROM segment WHERE id = raw.id AND tier = ? AND state = ?) ORDER BY id LIMIT 1`,
    ...[RAW, COMPLETE, before, MINUTES, COMPLETE],
  );
  if (raw === undefined) return;
  const { id, instance } = raw;
  const times = readable(onDamage, () => decodeTimes(raw.times));
  if (times === undefined || times.length === 0) {
    database.run('UPDATE segment SET state = ? WHERE id = ? AND tier = ?', GOING, id, RAW);
    return;
  }
  const ends = minutesOf(times);
  const minutes = Float64Array.from(ends, (end) => times[end]!);
  const samples = Math.round((raw.samples / times.length) * minutes.length);
  const writer = new SegmentWriter(database, { id, tier: MINUTES, instance, made: now, times: minutes, samples });
  const [from, to] = [chunkId(id, RAW, 0), chunkId(id, RAW + 1, 0)];
  const chunks = database.all<{ id: number }>('SELECT id FROM chunk WHERE id >= ? AND id < ?', from, to);
  const pack = new Pack();
  await unlessTaken(writer, async () => {
    for (const { id: chunk } of chunks) {
      const row = database.get<{ data: Uint8Array }>('SELECT data FROM chunk WHERE id = ?', chunk);
      if (row === undefined) continue;
      const cumulative = cumulativeIn(database, chunk - from);
      for (const [seriesId, at] of readable(onDamage, () => columnsIn(row.data)) ?? []) {
        const run = new SampleRun(times.length);
        const column = readable(onDamage, () => {
          decodeColumn(row.data, at, times, run);
          return run;
        });
        if (column === undefined) continue;
        pack.add(seriesId, (bits: BitWriter) => encodeMinutes(bits, run, times, ends, cumulative.has(seriesId)));
        if (turns.due) await turns.give();
      }
      if (pack.size > 0) await writer.add(chunk - from, pack.take());
    }
    // It may have gone, for its time or for room.
    writer.finish(
      () =>
        database.get('SELECT 1 FROM segment WHERE id = ? AND tier = ? AND state = ?', id, RAW, COMPLETE) !== undefined,
    );
  });
}

function readable<T>(onDamage: (error: unknown) => void, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    onDamage(error);
    return undefined;
  }
}

function cumulativeIn(database: Database, groupId: number): ReadonlySet<number> {
  const rows = database.all<{ id: number }>('SELECT id FROM series WHERE group_id = ? AND cumulative = 1', groupId);
  return new Set(rows.map(({ id }) => id));
}
