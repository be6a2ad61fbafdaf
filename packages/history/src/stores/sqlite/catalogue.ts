import type { Matcher } from '@telltale/promql';
import { keyOfLabels, type RecordedSeries } from '../../recorder/snapshot.ts';
import { Turns } from '../../turns.ts';
import { LabelIndex } from '../label-index.ts';
import type { Database } from './database.ts';

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

/** One group, as this process fills it. */
interface OpenGroup {
  readonly id: number;
  size: number;
}

/** So many series of one name and process share a group, whose columns share a row of each segment. */
const SERIES_OF_A_GROUP = 256;
/** New series are written so many at a time. */
const SERIES_OF_A_SLICE = 100;
/** Labels that all series of a group have the same. */
const COMMON = ['__name__', 'job', 'instance', 'service'];

/** The series of the file, by labels and by id. Others may add to the file: `refresh` before asking. */
export class Catalogue {
  readonly #index = new LabelIndex<KnownSeries>();
  readonly #byKey = new Map<string, KnownSeries>();
  readonly #groups = new Map<number, { readonly instance: string; readonly labels: Record<string, string> }>();
  readonly #open = new Map<string, OpenGroup>();
  readonly #ids = new WeakMap<readonly RecordedSeries[], Float64Array>();
  #lastId = 0;
  #lastGroupId = 0;
  #refreshing: Promise<void> | undefined;

  get size(): number {
    return this.#index.size;
  }

  find(matchers: readonly Matcher[]): readonly KnownSeries[] {
    return this.#index.find(matchers);
  }

  get(key: string): KnownSeries | undefined {
    return this.#byKey.get(key);
  }

  /** Makes series findable that are in memory only. */
  async enrol(all: readonly RecordedSeries[]): Promise<void> {
    const turns = new Turns(2);
    for (const [i, { labels, key, cumulative }] of all.entries()) {
      this.#know(labels, key, cumulative);
      if ((i & 63) === 63 && turns.due) await turns.give();
    }
  }

  /** Reads what has come into the file since. */
  refresh(database: Database): Promise<void> {
    return (this.#refreshing ??= this.#refresh(database).finally(() => {
      this.#refreshing = undefined;
    }));
  }

  /** The ids of series of this process, those made that are not in the file yet. The same array for the same series. */
  async idsOf(all: readonly RecordedSeries[], database: Database, instance: string): Promise<Float64Array> {
    const known = this.#ids.get(all);
    if (known !== undefined) return known;
    await this.refresh(database);
    const turns = new Turns(2);
    const missing: RecordedSeries[] = [];
    for (const [i, series] of all.entries()) {
      if (this.placeIn(series.key, instance) === undefined) missing.push(series);
      if ((i & 255) === 255 && turns.due) await turns.give();
    }
    for (let from = 0; from < missing.length; from += SERIES_OF_A_SLICE) {
      const slice = missing.slice(from, from + SERIES_OF_A_SLICE);
      database.transaction(() => {
        for (const series of slice) this.#insert(series, database, instance);
      });
      await this.refresh(database);
      if (turns.due) await turns.give();
    }
    const ids = new Float64Array(all.length);
    for (const [i, { key }] of all.entries()) {
      ids[i] = this.placeIn(key, instance)!.id;
      if ((i & 255) === 255 && turns.due) await turns.give();
    }
    this.#ids.set(all, ids);
    return ids;
  }

  /** The place of a series among those of a process. */
  placeIn(key: string, instance: string): Place | undefined {
    return this.#byKey.get(key)?.places.find((place) => place.instance === instance);
  }

  #insert({ labels, cumulative }: RecordedSeries, database: Database, instance: string): void {
    const common: Record<string, string> = {};
    const own: Record<string, string> = {};
    for (const name in labels) (COMMON.includes(name) ? common : own)[name] = labels[name]!;
    const commonText = JSON.stringify(common);
    let group = this.#open.get(commonText);
    if (group === undefined || group.size >= SERIES_OF_A_GROUP) {
      const { lastId } = database.run(
        'INSERT INTO series_group (instance, labels) VALUES (?, ?)',
        instance,
        commonText,
      );
      this.#open.set(commonText, (group = { id: lastId, size: 0 }));
    }
    group.size++;
    database.run(
      'INSERT INTO series (group_id, cumulative, labels) VALUES (?, ?, ?)',
      group.id,
      cumulative ? 1 : 0,
      JSON.stringify(own),
    );
  }

  async #refresh(database: Database): Promise<void> {
    const turns = new Turns(3);
    for (;;) {
      for (const group of database.all<GroupRow>('SELECT * FROM series_group WHERE id > ?', this.#lastGroupId)) {
        this.#groups.set(group.id, { instance: group.instance, labels: JSON.parse(group.labels) });
        this.#lastGroupId = group.id;
      }
      const rows = database.all<SeriesRow>('SELECT * FROM series WHERE id > ? ORDER BY id LIMIT 1000', this.#lastId);
      for (const { id, group_id: groupId, cumulative, labels: text } of rows) {
        this.#lastId = id;
        const group = this.#groups.get(groupId);
        if (group === undefined) continue;
        const labels = { ...group.labels, ...JSON.parse(text) };
        const series = this.#know(labels, keyOfLabels(labels), cumulative === 1);
        series.places.push({ id, groupId, instance: group.instance });
        if ((id & 63) === 63 && turns.due) await turns.give();
      }
      if (rows.length < 1000) return;
    }
  }

  #know(labels: Readonly<Record<string, string>>, key: string, cumulative: boolean): KnownSeries {
    let series = this.#byKey.get(key);
    if (series === undefined) {
      series = { labels, key, cumulative, places: [] };
      this.#byKey.set(key, series);
      this.#index.add(series);
    }
    return series;
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
