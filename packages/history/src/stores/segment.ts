import { BitWriter } from '../codec/bit-writer.ts';
import { decodeColumn, encodeColumn } from '../codec/column.ts';
import { Turns } from '../turns.ts';
import type { Head } from './head.ts';
import { HeadColumns } from './head-columns.ts';
import { SampleRun } from './sample-run.ts';

/** A stretch of time in memory, compressed: one column for each series that has samples in it. */
export class Segment {
  readonly times: Float64Array;
  readonly samples: number;
  /** Rising. */
  readonly numbers: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #data: Uint8Array;

  constructor(times: Float64Array, samples: number, numbers: Uint32Array, offsets: Uint32Array, data: Uint8Array) {
    this.times = times;
    this.samples = samples;
    this.numbers = numbers;
    this.#offsets = offsets;
    this.#data = data;
  }

  get start(): number {
    return this.times[0]!;
  }

  get end(): number {
    return this.times[this.times.length - 1]!;
  }

  get bytes(): number {
    return this.#data.byteLength + this.times.byteLength + this.numbers.byteLength * 2;
  }

  /** Whether it has samples of a series. */
  has(number: number): boolean {
    return this.#placeOf(number) !== undefined;
  }

  /** Whether it has samples of a series between two times; that takes reading them. */
  hasBetween(number: number, from: number, to: number): boolean {
    const run = new SampleRun();
    this.read(number, run);
    return run.between(from, to).values.length > 0;
  }

  /** Adds the samples of a series to `run`. */
  read(number: number, run: SampleRun): void {
    const place = this.#placeOf(number);
    if (place === undefined) return;
    run.cutFrom(this.start);
    decodeColumn(this.#data, this.#offsets[place]!, this.times, run);
  }

  #placeOf(number: number): number | undefined {
    const { numbers } = this;
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return numbers[low] === number ? low : undefined;
  }
}

/** Compresses a head, a few milliseconds at a time. `numberOf` gives each series its number in the store. */
export async function compress(head: Head, numberOf: (key: string) => number): Promise<Segment> {
  const columns = await HeadColumns.of(head);
  const order = columns.series.map(({ key }, place) => ({ place, number: numberOf(key) }));
  order.sort((a, b) => a.number - b.number);
  const numbers = Uint32Array.from(order, ({ number }) => number);
  const offsets = new Uint32Array(order.length);
  const writer = new BitWriter();
  const column = new Float64Array(columns.times.length);
  const turns = new Turns(3);
  for (const [i, { place }] of order.entries()) {
    offsets[i] = writer.length;
    columns.fill(place, column);
    encodeColumn(writer, column);
    if ((i & 15) === 15 && turns.due) await turns.give();
  }
  return new Segment(columns.times, head.samples, numbers, offsets, writer.take());
}
