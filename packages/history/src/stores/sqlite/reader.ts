import { isStale, type Matcher, type SeriesData } from '@telltale/promql';
import { decodeColumn } from '../../codec/column.ts';
import { ASPECTS, type Aspect, decodeMinutes } from '../../codec/minutes.ts';
import { decodeTimes } from '../../codec/times.ts';
import { Turns } from '../../turns.ts';
import type { Head } from '../head.ts';
import { SampleRun } from '../sample-run.ts';
import type { Catalogue, KnownSeries } from './catalogue.ts';
import type { Database } from './database.ts';
import { ForeignHead } from './foreign-head.ts';
import { chunkId, columnsIn } from './pack.ts';
import { COMPLETE, MINUTES, RAW } from './write-segment.ts';

/** The heads of this process, oldest first, as they are when the reading begins. */
interface HeadInMemory {
  readonly id: number | undefined;
  readonly head: Head;
  /** How many of its snapshots there are. */
  readonly count: number;
}

/** What is asked, and of what. */
export interface Question {
  readonly matchers: readonly Matcher[];
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
  readonly catalogue: Catalogue;
  readonly heads: () => readonly HeadInMemory[];
  /** Told of data that cannot be read; the others are answered. */
  readonly onDamage: (error: unknown) => void;
}

/** The label by whose matcher a query asks for another aspect of a minute than its last sample. */
const ROLLUP = '__rollup__';
/** Beyond so many samples, what is older than a day is read by the minute where that is there. */
const RAW_SAMPLES = 20_000_000;
const DAY = 86_400_000;
const STATED = new Set<string>(ASPECTS);

interface SegmentRow {
  readonly id: number;
  readonly tier: number;
  readonly instance: string;
  readonly times: Uint8Array;
  readonly start_time: number;
  readonly end_time: number;
}

/** A series that was asked for, and its samples so far. */
interface Asked {
  readonly series: KnownSeries;
  readonly run: SampleRun;
}

/** Answers one question from what the file and the heads hold at one moment; from the heads alone without a file. */
export async function read(database: Database | undefined, question: Question): Promise<SeriesData[]> {
  if (database === undefined) return answer(undefined, question);
  await question.catalogue.refresh(database);
  database.exec('BEGIN');
  try {
    return await answer(database, question);
  } finally {
    database.exec('ROLLBACK');
  }
}

async function answer(database: Database | undefined, question: Question): Promise<SeriesData[]> {
  const { catalogue, matchers, from, to, signal } = question;
  // These in one go: what is sealed in between is neither missed nor seen twice.
  const heads = question.heads();
  const own = new Set(heads.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const { aspect, others } = aspectIn(matchers);
  const known = catalogue.find(others);
  const foreign = database === undefined ? [] : foreignHeads(database, own, from);
  const segments = database === undefined ? [] : segmentsFor(database, question, own, known.length);

  const turns = new Turns(4);
  const pause = async (): Promise<void> => {
    await turns.give();
    signal?.throwIfAborted();
  };
  const { asked, groups } = await arrange(known, turns, pause);
  if (database !== undefined) {
    for (const part of [...segments, ...foreign].sort((a, b) => a.id - b.id)) {
      if (part instanceof ForeignHead) {
        while (guarded(question, () => part.readSome(database))) if (turns.due) await pause();
        const count = part.rows.length;
        for (const { series, run } of asked) {
          for (const { id } of series.places) asWanted(run, aspect, (into) => part.read(id, into, count));
          if (turns.due) await pause();
        }
      } else {
        for (const [groupId, members] of groups.get(part.instance) ?? []) {
          guarded(question, () => readChunk(database, part, groupId, members, aspect));
          if (turns.due) await pause();
        }
      }
    }
  }
  const found: SeriesData[] = [];
  for (const { series, run } of asked) {
    for (const { head, count } of heads) asWanted(run, aspect, (into) => head.read(series.key, into, from, to, count));
    const { timestamps, values } = run.between(from, to);
    const labels = aspect === undefined ? series.labels : { ...series.labels, [ROLLUP]: aspect };
    if (values.length > 0) found.push({ labels, timestamps, values });
    if (turns.due) await pause();
  }
  return found;
}

function foreignHeads(database: Database, own: ReadonlySet<number>, from: number): readonly ForeignHead[] {
  const rows = database.all<{ id: number }>('SELECT id FROM head WHERE updated >= ?', from);
  return rows.flatMap(({ id }) => (own.has(id) ? [] : [new ForeignHead(id)]));
}

type Members = readonly { readonly id: number; readonly run: SampleRun }[];

function readChunk(
  database: Database,
  { id, tier, times: coded }: SegmentRow,
  groupId: number,
  members: Members,
  aspect: Aspect | undefined,
): void {
  const row = database.get<{ data: Uint8Array }>('SELECT data FROM chunk WHERE id = ?', chunkId(id, tier, groupId));
  if (row === undefined) return;
  const times = timesOf(coded);
  const columns = columnsIn(row.data);
  for (const { id: seriesId, run } of members) {
    const at = columns.get(seriesId);
    if (at === undefined) continue;
    run.cutFrom(times[0]!);
    if (tier === RAW) asWanted(run, aspect, (into) => decodeColumn(row.data, at, times, into));
    else decodeMinutes(row.data, at, times, run, aspect);
  }
}

/** A sample as it was recorded is its own least, most and sum, and counts as one. */
function asWanted(run: SampleRun, aspect: Aspect | undefined, readInto: (run: SampleRun) => void): void {
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

/** The series, and the same by process and group, since a group's columns stand in one row. */
async function arrange(
  known: readonly KnownSeries[],
  turns: Turns,
  pause: () => Promise<void>,
): Promise<{ readonly asked: readonly Asked[]; readonly groups: ReadonlyMap<string, ReadonlyMap<number, Members>> }> {
  const asked: Asked[] = [];
  const groups = new Map<string, Map<number, { id: number; run: SampleRun }[]>>();
  for (const series of known) {
    const run = new SampleRun();
    asked.push({ series, run });
    for (const { id, groupId, instance } of series.places) {
      let ofInstance = groups.get(instance);
      if (ofInstance === undefined) groups.set(instance, (ofInstance = new Map()));
      const members = ofInstance.get(groupId);
      if (members === undefined) ofInstance.set(groupId, [{ id, run }]);
      else members.push({ id, run });
    }
    if ((asked.length & 255) === 0 && turns.due) await pause();
  }
  return { asked, groups };
}

/** The segments to read: of one that is there raw and by the minute, the former. */
function segmentsFor(
  database: Database,
  { from, to }: Question,
  own: ReadonlySet<number>,
  series: number,
): readonly SegmentRow[] {
  const rows = database
    .all<SegmentRow & { samples: number }>(
      `SELECT id, tier, instance, times, start_time, end_time, samples FROM segment
       WHERE state = ? AND end_time >= ? AND start_time <= ? ORDER BY id, tier`,
      ...[COMPLETE, from, to],
    )
    .filter(({ id }) => !own.has(id));
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

function aspectIn(matchers: readonly Matcher[]): {
  readonly aspect: Aspect | undefined;
  readonly others: readonly Matcher[];
} {
  const asks = matchers.find(({ name, operator, value }) => name === ROLLUP && operator === '=' && STATED.has(value));
  return { aspect: asks?.value as Aspect | undefined, others: matchers.filter((matcher) => matcher !== asks) };
}

/** What SQLite itself finds damaged concerns the whole file; a chunk that makes no sense, only itself. */
function guarded<T>({ onDamage }: Question, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    onDamage(error);
    return undefined;
  }
}
