import type { Aspect } from '../../codec/minutes.ts';
import { Turns } from '../../turns.ts';
import type { Database } from './database.ts';
import { ForeignHead } from './foreign-head.ts';
import { generationIn } from './generation.ts';
import type { KnownSeries } from './known-series.ts';
import { aspectIn, type HeadInMemory, type Question } from './question.ts';
import { type SegmentRow, segmentsFor } from './segments.ts';

/** Where an answer may be found, all of one moment. */
interface Parts {
  readonly heads: readonly HeadInMemory[];
  readonly foreign: readonly ForeignHead[];
  readonly segments: readonly SegmentRow[];
  /** The series that match, whether they have samples of that time or not. */
  readonly known: readonly KnownSeries[];
  readonly aspect: Aspect | undefined;
  readonly turns: Turns;
  /** Gives the others a turn. @throws where the question was taken back. */
  readonly pause: () => Promise<void>;
}

/** A series that was asked for. */
export interface Asked {
  readonly series: KnownSeries;
}

/** Series of one group, by their ids there. */
export type Members<T extends Asked> = readonly { readonly id: number; readonly asked: T }[];

/** What is there to answer a question from. In one go: what is sealed in between is neither missed nor seen twice. */
export function partsFor(database: Database | undefined, question: Question): Parts {
  const { catalogue, matchers, from, signal } = question;
  const heads = question.heads();
  const own = new Set(heads.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const { aspect, others } = aspectIn(matchers);
  const known = catalogue.find(others);
  const turns = new Turns(4);
  return {
    ...{ heads, known, aspect, turns },
    foreign: database === undefined ? [] : foreignHeads(database, own, from),
    segments: database === undefined ? [] : segmentsFor(database, question, own, known.length),
    pause: async () => {
      await turns.give();
      signal?.throwIfAborted();
    },
  };
}

/** Runs `answer` over what the file holds at one moment. */
export async function atOneMoment<T>(
  database: Database,
  { catalogue }: Question,
  answer: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    await catalogue.refresh(database);
    database.exec('BEGIN');
    // Series may have been taken from the file since.
    if (generationIn(database) === catalogue.generation || attempt === 3) break;
    database.exec('ROLLBACK');
  }
  try {
    return await answer();
  } finally {
    database.exec('ROLLBACK');
  }
}

function foreignHeads(database: Database, own: ReadonlySet<number>, from: number): readonly ForeignHead[] {
  const rows = database.all<{ id: number; instance: string }>('SELECT id, instance FROM head WHERE updated >= ?', from);
  return rows.flatMap(({ id, instance }) => (own.has(id) ? [] : [new ForeignHead(id, instance)]));
}

/** The series, and the same by process and group, since a group's columns stand in one row. */
export async function arrange<T extends Asked>(
  known: readonly KnownSeries[],
  make: (series: KnownSeries) => T,
  turns: Turns,
  pause: () => Promise<void>,
): Promise<{ readonly asked: readonly T[]; readonly groups: ReadonlyMap<string, ReadonlyMap<number, Members<T>>> }> {
  const asked: T[] = [];
  const groups = new Map<string, Map<number, { id: number; asked: T }[]>>();
  for (const series of known) {
    const each = make(series);
    asked.push(each);
    for (const { id, groupId, instance } of series.places) {
      let ofInstance = groups.get(instance);
      if (ofInstance === undefined) groups.set(instance, (ofInstance = new Map()));
      const members = ofInstance.get(groupId);
      if (members === undefined) ofInstance.set(groupId, [{ id, asked: each }]);
      else members.push({ id, asked: each });
    }
    if ((asked.length & 255) === 0 && turns.due) await pause();
  }
  return { asked, groups };
}
