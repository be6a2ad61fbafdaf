import type { SeriesData } from '@telltale/promql';
import { SampleRun } from '../sample-run.ts';
import { type Asked, arrange, type Members, partsFor } from './arrange.ts';
import type { Database } from './database.ts';
import { answeredLabels, guarded, type Question } from './question.ts';
import { readChunk, readColumn, type SegmentRow } from './segments.ts';

/** A series that was asked for, and whether it has samples of that time. */
interface Sought extends Asked {
  found: boolean;
}

/**
 * The labels of the series that have samples of the time asked for. What heads hold is seen at a glance; of a segment
 * that lies wholly in that time, a chunk says which series it has. Samples are read only at the edges, and only of
 * series that were found nowhere else. The newest come first, since most series are there.
 */
export async function readLabels(
  database: Database | undefined,
  question: Question,
): Promise<readonly SeriesData['labels'][]> {
  const { from, to } = question;
  const { heads, known, aspect, foreign, segments, turns, pause } = partsFor(database, question);
  const { asked, groups } = await arrange<Sought>(known, (series) => ({ series, found: false }), turns, pause);

  const inHeads = new Set<string>();
  for (const { head, count } of heads) head.keysBetween(from, to, count, inHeads);
  for (const each of asked) each.found = inHeads.has(each.series.key);
  if (database !== undefined) {
    for (const head of foreign) {
      while (guarded(question, () => head.readSome(database))) if (turns.due) await pause();
      const ids = head.idsBetween(from, to);
      for (const each of asked) {
        each.found ||= each.series.places.some(({ id, instance }) => instance === head.instance && ids.has(id));
      }
      if (turns.due) await pause();
    }
    for (const segment of segments.toReversed()) {
      for (const [groupId, members] of groups.get(segment.instance) ?? []) {
        guarded(question, () => seek(database, question, segment, groupId, members));
        if (turns.due) await pause();
      }
    }
  }
  return asked.flatMap(({ series, found }) => (found ? [answeredLabels(series.labels, aspect)] : []));
}

function seek(
  database: Database,
  { from, to }: Question,
  segment: SegmentRow,
  groupId: number,
  members: Members<Sought>,
): void {
  const sought = members.filter(({ asked }) => !asked.found);
  const chunk = sought.length === 0 ? undefined : readChunk(database, segment, groupId);
  if (chunk === undefined) return;
  const within = segment.start_time >= from && segment.end_time <= to;
  for (const { id, asked } of sought) {
    if (!chunk.columns.has(id)) continue;
    asked.found = within || hasSamples(from, to, (run) => readColumn(segment, chunk, id, run, undefined));
  }
}

function hasSamples(from: number, to: number, readInto: (run: SampleRun) => void): boolean {
  const run = new SampleRun();
  readInto(run);
  return run.between(from, to).values.length > 0;
}
