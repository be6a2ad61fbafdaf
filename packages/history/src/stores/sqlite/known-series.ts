import type { RecordedSeries } from '../../recorder/snapshot.ts';
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

/** A group as the file has it, and how many series it has there. */
interface Group {
  readonly id: number;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  size: number;
}

/** What is known of one generation of the file. */
export class Known {
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

/** The head that series are entered for. */
export interface EnteringHead {
  readonly id: number | undefined;
  /** Told of each series that was not in the file. */
  entered(id: number, bytes: number): void;
}

/** So many series of one name and process share a group, whose columns share a row of each segment. */
const SERIES_OF_A_GROUP = 256;
/** Labels that all series of a group have the same. */
const COMMON = ['__name__', 'job', 'instance', 'service'];

/** The place of a series among those of a process. */
export function placeIn({ byKey }: Known, key: string, instance: string): Place | undefined {
  return byKey.get(key)?.places.find((place) => place.instance === instance);
}

/** Where a group with room is found. */
export function openKey(instance: string, labels: string): string {
  return `${instance}\n${labels}`;
}

/** Enters a series. `groups` are those begun in the same transaction, which may not come to pass. */
export function insert(
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
