import { randomInt } from 'node:crypto';
import { encodeColumn } from '../../codec/column.ts';
import { encodeTimes } from '../../codec/times.ts';
import { Turns } from '../../turns.ts';
import type { Head } from '../head.ts';
import { HeadColumns } from '../head-columns.ts';
import type { Database } from './database.ts';
import type { Place } from './known-series.ts';
import { chunkId, Pack } from './pack.ts';

/** A segment that is being deleted is not there for readers, nor is one being written, which has a state below 0. */
export const COMPLETE = 1;
export const GOING = 2;

/** Samples as they were recorded, and those of a minute drawn together. */
export const RAW = 0;
export const MINUTES = 1;

/** What a segment is besides its chunks. */
export interface SegmentHead {
  readonly id: number;
  readonly tier: number;
  readonly instance: string;
  /** When it was begun to be written. */
  readonly made: number;
  readonly times: Float64Array;
  readonly samples: number;
}

/** Chunks are written so many bytes at a time. */
const BYTES_OF_A_SLICE = 128 * 1024;

/** Another process has the segment, or is about to. */
class SegmentTaken extends Error {}

/**
 * Writes the chunks of a segment in slices, and whoever waits gets a turn between them. Where two processes write the
 * same segment, the one that began last goes on, unless the segment is complete.
 */
export class SegmentWriter {
  readonly #database: Database;
  readonly #segment: SegmentHead;
  /** The state of the segment while it is this writer that writes it. */
  readonly #attempt = -randomInt(1, 2 ** 40);
  #waiting: { id: number; data: Uint8Array }[] = [];
  #bytes = 0;
  #begun = false;

  constructor(database: Database, segment: SegmentHead) {
    this.#database = database;
    this.#segment = segment;
  }

  async add(groupId: number, data: Uint8Array): Promise<void> {
    const { id, tier } = this.#segment;
    this.#waiting.push({ id: chunkId(id, tier, groupId), data });
    this.#bytes += data.length;
    if (this.#bytes < BYTES_OF_A_SLICE) return;
    this.#database.transaction(() => this.#write());
    await new Turns(0).give();
  }

  /** Shows the segment to readers, where `allowed`, asked in the same moment, lets it. @throws {SegmentTaken} */
  finish(allowed: () => boolean): void {
    const { id, tier } = this.#segment;
    this.#database.transaction(() => {
      this.#write();
      this.#database.run('UPDATE segment SET state = ? WHERE id = ? AND tier = ?', COMPLETE, id, tier);
      if (!allowed()) throw new SegmentTaken();
    });
  }

  /** Has what was written deleted, where it is this writer's. */
  abandon(): void {
    const { id, tier } = this.#segment;
    this.#database.run(
      'UPDATE segment SET state = ? WHERE id = ? AND tier = ? AND state = ?',
      ...[GOING, id, tier, this.#attempt],
    );
  }

  #write(): void {
    if (!this.#begun) this.#begin();
    else if (this.#state() !== this.#attempt) throw new SegmentTaken();
    for (const { id, data } of this.#waiting)
      this.#database.run('INSERT INTO chunk (id, data) VALUES (?, ?)', id, data);
    this.#waiting = [];
    this.#bytes = 0;
    this.#begun = true;
  }

  #state(): number | undefined {
    const { id, tier } = this.#segment;
    return this.#database.get<{ state: number }>('SELECT state FROM segment WHERE id = ? AND tier = ?', id, tier)
      ?.state;
  }

  #begin(): void {
    const { id, tier, instance, made, times, samples } = this.#segment;
    if (this.#state() === COMPLETE) throw new SegmentTaken();
    // An earlier attempt may have failed half way.
    this.#database.run('DELETE FROM segment WHERE id = ? AND tier = ?', id, tier);
    this.#database.run('DELETE FROM chunk WHERE id >= ? AND id < ?', chunkId(id, tier, 0), chunkId(id, tier + 1, 0));
    this.#database.run(
      `INSERT INTO segment (id, tier, state, instance, made, start_time, end_time, samples, times)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, tier, this.#attempt, instance, made, times[0]!, times[times.length - 1]!, samples, encodeTimes(times)],
    );
  }
}

/** How a head is made into a segment. */
export interface Sealing extends Pick<SegmentHead, 'id' | 'instance' | 'made'> {
  /** A series without a place is left out. */
  readonly placeOf: (key: string) => Pick<Place, 'id' | 'groupId'> | undefined;
  /** Takes the head away in the moment that the segment is there. Whether it was there, as it was read. */
  readonly takeHead: () => boolean;
}

/** Makes a segment of a head, which is not empty. Whether it did: not where others were at it at the same time. */
export async function seal(
  database: Database,
  head: Head,
  { id, instance, made, placeOf, takeHead }: Sealing,
): Promise<boolean> {
  const columns = await HeadColumns.of(head);
  const writer = new SegmentWriter(database, {
    ...{ id, tier: RAW, instance, made },
    times: columns.times,
    samples: head.samples,
  });
  const turns = new Turns(2);
  const groups = new Map<number, { id: number; number: number }[]>();
  for (const [number, { key }] of columns.series.entries()) {
    const place = placeOf(key);
    if (place === undefined) continue;
    const members = groups.get(place.groupId);
    if (members === undefined) groups.set(place.groupId, [{ id: place.id, number }]);
    else members.push({ id: place.id, number });
    if ((number & 255) === 255 && turns.due) await turns.give();
  }
  const pack = new Pack();
  const column = new Float64Array(columns.times.length);
  return unlessTaken(writer, async () => {
    for (const [groupId, members] of groups) {
      members.sort((a, b) => a.id - b.id);
      for (const { id: seriesId, number } of members) {
        columns.fill(number, column);
        pack.add(seriesId, (bits) => encodeColumn(bits, column));
        if (turns.due) await turns.give();
      }
      await writer.add(groupId, pack.take());
    }
    if (turns.due) await turns.give();
    writer.finish(takeHead);
  });
}

/** Whether `write` could write the whole segment. */
export async function unlessTaken(writer: SegmentWriter, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!(error instanceof SegmentTaken)) throw error;
    writer.abandon();
    return false;
  }
}
