import { BitReader } from '../../codec/bit-reader.ts';
import { BitWriter } from '../../codec/bit-writer.ts';

/** The columns of some series of one segment: what a row of the table `chunk` holds. */
export class Pack {
  readonly #directory = new BitWriter();
  readonly #columns = new BitWriter();
  #count = 0;
  #lastId = 0;

  get size(): number {
    return this.#count;
  }

  /** Adds the column of a series that `write` writes; the ids of the series must rise. */
  add(seriesId: number, write: (writer: BitWriter) => void): void {
    const before = this.#columns.length;
    write(this.#columns);
    this.#directory.varint(seriesId - this.#lastId);
    this.#directory.varint(this.#columns.length - before);
    this.#lastId = seriesId;
    this.#count++;
  }

  /** The row; the pack is empty afterwards. */
  take(): Uint8Array {
    const head = new BitWriter();
    head.varint(this.#count);
    head.bytes(this.#directory.take());
    head.bytes(this.#columns.take());
    this.#count = 0;
    this.#lastId = 0;
    return head.take();
  }
}

/** Where the column of each series begins. @throws {RangeError} where the data are damaged. */
export function columnsIn(data: Uint8Array): ReadonlyMap<number, number> {
  const reader = new BitReader(data);
  const count = reader.varint();
  if (count * 2 > data.length) throw new RangeError(`[telltale] [history] ${count} columns in ${data.length} bytes`);
  const places = new Map<number, number>();
  let id = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    id += reader.varint();
    places.set(id, at);
    at += reader.varint();
  }
  const begin = reader.position;
  if (begin + at > data.length) throw new RangeError('[telltale] [history] columns beyond the end of their chunk');
  for (const [series, place] of places) places.set(series, begin + place);
  return places;
}

const GROUPS = 2 ** 24;
const TIERS = 2;

/** The number of a chunk: those of a segment lie together. */
export function chunkId(segmentId: number, tier: number, groupId: number): number {
  return (segmentId * TIERS + tier) * GROUPS + groupId;
}
