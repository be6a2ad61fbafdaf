import { isStale } from '@telltale/promql';
import { decodeColumn } from '../../codec/column.ts';
import { type Aspect, decodeMinutes } from '../../codec/minutes.ts';
import { decodeTimes } from '../../codec/times.ts';
import { SampleRun } from '../sample-run.ts';
import type { Database } from './database.ts';
import { chunkId, columnsIn } from './pack.ts';
import { guarded, type Question } from './question.ts';
import { COMPLETE, MINUTES, RAW } from './write-segment.ts';

/** A segment of the file, all but its chunks. */
export interface SegmentRow {
  readonly id: number;
  readonly tier: number;
  readonly instance: string;
  readonly times: Uint8Array;
  readonly start_time: number;
  readonly end_time: number;
}

/** The columns of one group of one segment. */
export interface Chunk {
  readonly data: Uint8Array;
  /** Where the column of each series begins. */
  readonly columns: ReadonlyMap<number, number>;
}

/** Beyond so many samples, what is older than a day is read by the minute where that is there. */
const RAW_SAMPLES = 20_000_000;
const DAY = 86_400_000;

/** The segments to read: of one that is there raw and by the minute, the former, unless that were too much. */
export function segmentsFor(
  database: Database,
  question: Question,
  own: ReadonlySet<number>,
  series: number,
): readonly SegmentRow[] {
  const { from, to } = question;
  const rows = database
    .all<SegmentRow>(
      `SELECT id, tier, instance, times, start_time, end_time FROM segment
       WHERE state = ? AND end_time >= ? AND start_time <= ? ORDER BY id, tier`,
      ...[COMPLETE, from, to],
    )
    .filter(({ id, times }) => !own.has(id) && guarded(question, () => timesOf(times)) !== undefined);
  const newest = rows.reduce((latest, { end_time: end }) => Math.max(latest, end), 0);
  const snapshots = rows.reduce((sum, { tier, times }) => sum + (tier === RAW ? timesOf(times).length : 0), 0);
  const sparing = snapshots * series > RAW_SAMPLES;
  const minutes = new Set(rows.filter(({ tier }) => tier === MINUTES).map(({ id }) => id));
  const raw = new Set(rows.filter(({ tier }) => tier === RAW).map(({ id }) => id));
  return rows.filter(({ id, tier, end_time: end }) => {
    const spared = sparing && end < newest - DAY && minutes.has(id);
    return tier === RAW ? !spared : spared || !raw.has(id);
  });
}

/** One chunk, where the segment has that group. @throws {RangeError} where the data are damaged. */
export function readChunk(database: Database, { id, tier }: SegmentRow, groupId: number): Chunk | undefined {
  const row = database.get<{ data: Uint8Array }>('SELECT data FROM chunk WHERE id = ?', chunkId(id, tier, groupId));
  return row && { data: row.data, columns: columnsIn(row.data) };
}

/** Adds the samples of a series to `run`, where the chunk has it. @throws {RangeError} where the data are damaged. */
export function readColumn(
  { tier, times: coded }: SegmentRow,
  { data, columns }: Chunk,
  seriesId: number,
  run: SampleRun,
  aspect: Aspect | undefined,
): void {
  const at = columns.get(seriesId);
  if (at === undefined) return;
  const times = timesOf(coded);
  run.cutFrom(times[0]!);
  if (tier === RAW) asWanted(run, aspect, (into) => decodeColumn(data, at, times, into));
  else decodeMinutes(data, at, times, run, aspect);
}

/** A sample as it was recorded is its own least, most and sum, and counts as one. */
export function asWanted(run: SampleRun, aspect: Aspect | undefined, readInto: (run: SampleRun) => void): void {
  if (aspect !== 'count') {
    readInto(run);
    return;
  }
  const counted = new SampleRun();
  readInto(counted);
  if (counted.length === 0) return;
  run.cutFrom(counted.timestamps[0]!);
  run.reserve(counted.length);
  for (let i = 0; i < counted.length; i++) {
    if (isStale(counted.values, i)) continue;
    run.timestamps[run.length] = counted.timestamps[i]!;
    run.values[run.length++] = 1;
  }
}

const decoded = new WeakMap<Uint8Array, Float64Array>();

function timesOf(coded: Uint8Array): Float64Array {
  let times = decoded.get(coded);
  if (times === undefined) decoded.set(coded, (times = decodeTimes(coded)));
  return times;
}
