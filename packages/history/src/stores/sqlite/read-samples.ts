import type { SeriesData } from '@telltale/promql';
import { SampleRun } from '../sample-run.ts';
import { type Asked, arrange, partsFor } from './arrange.ts';
import type { Database } from './database.ts';
import { ForeignHead } from './foreign-head.ts';
import { answeredLabels, guarded, type Question } from './question.ts';
import { asWanted, readChunk, readColumn } from './segments.ts';

/** A series that was asked for, and its samples so far. */
interface Reading extends Asked {
  readonly run: SampleRun;
}

/** Answers one question from what the file and the heads hold at one moment; from the heads alone without a file. */
export async function readSamples(database: Database | undefined, question: Question): Promise<SeriesData[]> {
  const { from, to } = question;
  const { heads, known, aspect, foreign, segments, turns, pause } = partsFor(database, question);
  const { asked, groups } = await arrange<Reading>(known, (series) => ({ series, run: new SampleRun() }), turns, pause);
  if (database !== undefined) {
    for (const part of [...segments, ...foreign].sort((a, b) => a.id - b.id)) {
      if (part instanceof ForeignHead) {
        while (guarded(question, () => part.readSome(database))) if (turns.due) await pause();
        const count = part.rows.length;
        for (const { series, run } of asked) {
          for (const { id, instance } of series.places) {
            if (instance === part.instance) asWanted(run, aspect, (into) => part.read(id, into, count));
          }
          if (turns.due) await pause();
        }
      } else {
        for (const [groupId, members] of groups.get(part.instance) ?? []) {
          const chunk = guarded(question, () => readChunk(database, part, groupId));
          if (chunk === undefined) continue;
          for (const { id, asked: each } of members) {
            const { length } = each.run;
            const read = guarded(question, () => readColumn(part, chunk, id, each.run, aspect) ?? true);
            // Not what came of it before it made no sense.
            if (read === undefined) each.run.length = Math.min(each.run.length, length);
          }
          if (turns.due) await pause();
        }
      }
    }
  }
  const found: SeriesData[] = [];
  for (const { series, run } of asked) {
    for (const { head, count } of heads) asWanted(run, aspect, (into) => head.read(series.key, into, from, to, count));
    const { timestamps, values } = run.between(from, to);
    if (values.length > 0) found.push({ labels: answeredLabels(series.labels, aspect), timestamps, values });
    if (turns.due) await pause();
  }
  return found;
}
