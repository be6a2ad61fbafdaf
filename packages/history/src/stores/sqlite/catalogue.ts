import { TelltaleError } from '@telltale/core';
import type { Matcher } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import { LabelIndex } from '../label-index.ts';
import type { Database } from './database.ts';
import { generationIn } from './generation.ts';

/** Where a series stands in the file. A series can have several such places: two processes may have begun it at once. */
export interface Place {
  readonly id: number;
  readonly groupId: number;
  readonly instance: string;
}

/** A series that the file or a head in memory has. */
export interface KnownSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly key: string;
  readonly cumulative: boolean;
  readonly places: Place[];
}

/** A group as the file has it, and how many series it has there. */
interface Group {
  readonly id: number;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  size: number;
}

/** What is known of one generation of the file. */
class Known {
  readonly generation: number;
  readonly index = new LabelIndex<KnownSeries>();
  readonly byKey = new Map<string, KnownSeries>();
  readonly groups = new Map<number, Group>();
  /** By process and labels: the latest group, which may have room. */
  readonly open = new Map<string, Group>();
  readonly ids = new WeakMap<readonly RecordedSeries[], Float64Array>();
  lastId = 0;
  lastGroupId = 0;

  constructor(generation: number) {
    this.generation = generation;
  }

  know(labels: Readonly<Record<string, string>>, key: string, cumulative: boolean): KnownSeries {
    let series = this.byKey.get(key);
    if (series === undefined) {
      series = { labels, key, cumulative, places: [] };
      this.byKey.set(key, series);
      this.index.add(series);
    }
    return series;
  }
}

/** The ids of the series of a snapshot, and of which generation of the file they are. */
export interface SeriesIds {
  readonly ids: Float64Array;
  readonly generation: number;
}

/** The head that series are entered for. */
export interface EnteringHead {
  readonly id: number | undefined;
  /** Told of each series that was not in the file. */
  entered(id: number, bytes: number): void;
}

/** So many series of one name and process share a group, whose columns share a row of each segment. */
const SERIES_OF_A_GROUP = 256;
/** New series are written so many at a time. */
const SERIES_OF_A_SLICE = 100;
/** And read so many at a time. */
const SERIES_OF_A_PAGE = 1000;
/** Others take series from the file every few minutes. */
const ATTEMPTS = 8;
/** Labels that all series of a group have the same. */
const COMMON = ['__name__', 'job', 'instance', 'service'];

/**
 * The series of the file, by labels and by id. Others may add to the file and take from it: `refresh` before asking.
 * When something was taken, all of it is read anew, aside, and what is nowhere any more is forgotten with the rest.
 */
export class Catalogue {
  readonly #inMemory: () => Iterable<readonly RecordedSeries[]>;
  #known = new Known(-1);
  #distrusted = false;
  #refreshing: Promise<void> | undefined;

  /** `inMemory` tells the series that heads in memory have, which are to be found whether the file has them or not. */
  constructor(inMemory: () => Iterable<readonly RecordedSeries[]>) {
    this.#inMemory = inMemory;
  }

  /** The generation of the file that it knows; -1 before it has read any. */
  get generation(): number {
    return this.#known.generation;
  }

  get size(): number {
    return this.#known.index.size;
  }

  find(matchers: readonly Matcher[]): readonly KnownSeries[] {
    return this.#known.index.find(matchers);
  }

  /** Makes series findable that are in memory only. */
  async enrol(all: readonly RecordedSeries[]): Promise<void> {
    const turns = new Turns(2);
    for (const [i, { labels, key, cumulative }] of all.entries()) {
      this.#known.know(labels, key, cumulative);
      if ((i & 63) === 63 && turns.due) await turns.give();
    }
  }

  /** Has the next `refresh` read all anew: something is gone that should be there. */
  distrust(): void {
    this.#distrusted = true;
  }

  /** Reads what has come into the file since. */
  refresh(database: Database): Promise<void> {
    return (this.#refreshing ??= this.#refresh(database).finally(() => {
      this.#refreshing = undefined;
    }));
  }

  /**
   * The ids of series of this process; those that are not in the file yet are entered there, for that head. The same
   * array for the same series, as long as none is taken from the file.
   */
  async idsOf(
    all: readonly RecordedSeries[],
    database: Database,
    instance: string,
    head: EnteringHead,
  ): Promise<SeriesIds> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { generation } = this.#known;
      const known = this.#known.ids.get(all);
      if (known !== undefined) return { ids: known, generation };
      await this.refresh(database);
      const ids = await this.#enter(all, database, instance, head);
      if (ids !== undefined) return ids;
    }
    throw new TelltaleError(
      'history',
      'The series cannot be entered: other processes keep taking theirs from the file.',
    );
  }

  /** The place of a series among those of a process. */
  placeIn(key: string, instance: string): Place | undefined {
    return placeIn(this.#known, key, instance);
  }

  /** Undefined where the file has come to another generation meanwhile. */
  async #enter(
    all: readonly RecordedSeries[],
    database: Database,
    instance: string,
    head: EnteringHead,
  ): Promise<SeriesIds | undefined> {
    const known = this.#known;
    const { generation } = known;
    const turns = new Turns(2);
    const missing: RecordedSeries[] = [];
    for (const [i, series] of all.entries()) {
      if (placeIn(known, series.key, instance) === undefined) missing.push(series);
      if ((i & 255) === 255 && turns.due) await turns.give();
    }
    for (let from = 0; from < missing.length; from += SERIES_OF_A_SLICE) {
      const slice = missing.slice(from, from + SERIES_OF_A_SLICE);
      const same = database.transaction(() => {
        if (generationIn(database) !== generation) return false;
        const groups = new Map<string, { readonly id: number; size: number }>();
        for (const series of slice) insert(series, groups, known, database, instance, head);
        return true;
      });
      if (!same) return undefined;
      await this.refresh(database);
      if (turns.due) await turns.give();
    }
    const ids = new Float64Array(all.length);
    for (const [i, { key }] of all.entries()) {
      const place = placeIn(known, key, instance);
      if (place === undefined) return undefined;
      ids[i] = place.id;
      if ((i & 255) === 255 && turns.due) await turns.give();
    }
    known.ids.set(all, ids);
    return { ids, generation };
  }

  async #refresh(database: Database): Promise<void> {
    const turns = new Turns(3);
    let known = this.#distrusted ? new Known(-1) : this.#known;
    this.#distrusted = false;
    for (;;) {
      const { generation, groups, rows } = database.moment(() => ({
        generation: generationIn(database),
        groups: database.all<GroupRow>('SELECT * FROM series_group WHERE id > ? ORDER BY id', known.lastGroupId),
        rows: database.all<SeriesRow>(
          `SELECT id, group_id, cumulative, labels FROM series WHERE id > ? ORDER BY id LIMIT ${SERIES_OF_A_PAGE}`,
          known.lastId,
        ),
      }));
      if (generation !== known.generation) {
        known = new Known(generation);
        continue;
      }
      for (const { id, instance, labels } of groups) {
        const group = { id, instance, labels: JSON.parse(labels), size: 0 };
        known.groups.set(id, group);
        known.open.set(openKey(instance, labels), group);
        known.lastGroupId = id;
      }
      for (const { id, group_id: groupId, cumulative, labels: text } of rows) {
        known.lastId = id;
        const group = known.groups.get(groupId);
        if (group === undefined) continue;
        group.size++;
        const labels = { ...group.labels, ...JSON.parse(text) };
        const series = known.know(labels, keyOfLabels(labels), cumulative === 1);
        series.places.push({ id, groupId, instance: group.instance });
        if ((id & 63) === 63 && turns.due) await turns.give();
      }
      if (rows.length < SERIES_OF_A_PAGE) break;
    }
    if (known === this.#known) return;
    // In one go with what follows, or a query between the two would miss what only a head has.
    for (const all of this.#inMemory()) {
      for (const { labels, key, cumulative } of all) known.know(labels, key, cumulative);
    }
    this.#known = known;
  }
}

function placeIn({ byKey }: Known, key: string, instance: string): Place | undefined {
  return byKey.get(key)?.places.find((place) => place.instance === instance);
}

function openKey(instance: string, labels: string): string {
  return `${instance}\n${labels}`;
}

/** `groups` are those begun in the same transaction, which may not come to pass. */
function insert(
  { labels, cumulative }: RecordedSeries,
  groups: Map<string, { readonly id: number; size: number }>,
  known: Known,
  database: Database,
  instance: string,
  head: EnteringHead,
): void {
  const common: Record<string, string> = {};
  const own: Record<string, string> = {};
  for (const name in labels) (COMMON.includes(name) ? common : own)[name] = labels[name]!;
  const text = JSON.stringify(common);
  const key = openKey(instance, text);
  let group = groups.get(key);
  if (group === undefined) {
    const open = known.open.get(key);
    if (open !== undefined) groups.set(key, (group = { id: open.id, size: open.size }));
  }
  if (group === undefined || group.size >= SERIES_OF_A_GROUP) {
    const { lastId } = database.run('INSERT INTO series_group (instance, labels) VALUES (?, ?)', instance, text);
    groups.set(key, (group = { id: lastId, size: 0 }));
  }
  group.size++;
  const ownText = JSON.stringify(own);
  const { lastId } = database.run(
    'INSERT INTO series (group_id, head_id, cumulative, labels) VALUES (?, ?, ?, ?)',
    ...[group.id, head.id ?? 0, cumulative ? 1 : 0, ownText],
  );
  head.entered(lastId, ownText.length);
}

interface GroupRow {
  readonly id: number;
  readonly instance: string;
  readonly labels: string;
}

interface SeriesRow {
  readonly id: number;
  readonly group_id: number;
  readonly cumulative: number;
  readonly labels: string;
}
