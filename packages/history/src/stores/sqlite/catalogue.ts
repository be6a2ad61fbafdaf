import { TelltaleError } from '@telltale/core';
import type { Matcher } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import type { Database } from './database.ts';
import { generationIn } from './generation.ts';
import { type EnteringHead, insert, Known, type KnownSeries, openKey, type Place, placeIn } from './known-series.ts';

/** The ids of the series of a snapshot, and of which generation of the file they are. */
export interface SeriesIds {
  readonly ids: Float64Array;
  readonly generation: number;
}

/** New series are written so many at a time. */
const SERIES_OF_A_SLICE = 100;
/** And read so many at a time. */
const SERIES_OF_A_PAGE = 1000;
/** Others take series from the file every few minutes. */
const ATTEMPTS = 8;
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
