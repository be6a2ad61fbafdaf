import { isStale, markStale } from '@telltale/promql';
import { SampleRun } from '../stores/sample-run.ts';
import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';
import { decodeColumn, encodeColumn, markAbsent } from './column.ts';

/** What is drawn from the samples of a minute, beside the last. */
export const ASPECTS = ['min', 'max', 'sum', 'count'] as const;

/** One of them. */
export type Aspect = (typeof ASPECTS)[number];

const MINUTE = 60_000;
const GAUGE = 0;
const COUNTER = 1;

/**
 * Which samples of a segment are drawn together: those of a minute, by the place of the last. The first snapshot stands
 * alone, so that a counter that restarts between two segments is seen to.
 */
export function minutesOf(times: Float64Array): Int32Array {
  const ends: number[] = [0];
  for (let i = 1; i < times.length; i++) {
    if (i + 1 === times.length || minuteOf(times[i]!) !== minuteOf(times[i + 1]!)) ends.push(i);
  }
  return Int32Array.from(ends);
}

/**
 * Draws the samples of a series together. Of each minute stay the last sample, and for a gauge the smallest, the
 * largest, the sum and the count. For a counter that restarted within the minute stays a peak besides: what it would
 * have come to before its last restart, had it not restarted earlier, so that its increase stays what it was.
 */
export function encodeMinutes(
  writer: BitWriter,
  run: SampleRun,
  times: Float64Array,
  ends: Int32Array,
  cumulative: boolean,
): void {
  const columns = new Columns(ends.length);
  let next = 0;
  let before = Number.NaN;
  for (let minute = 0; minute < ends.length; minute++) {
    const end = times[ends[minute]!]!;
    const first = next;
    while (next < run.length && run.timestamps[next]! <= end) next++;
    before = columns.draw(minute, run, first, next, end, before);
  }
  const kept = cumulative
    ? [columns.last, columns.peak]
    : [columns.last, columns.peak, columns.min, columns.max, columns.sum, columns.count];
  if (!cumulative) columns.keepLastValues();
  writer.byte(cumulative ? COUNTER : GAUGE);
  for (const column of kept) {
    const part = new BitWriter();
    encodeColumn(part, column);
    const bytes = part.take();
    writer.varint(bytes.length);
    writer.bytes(bytes);
  }
}

/** Adds to `run` the last sample of each minute, or another aspect of it. A counter has of those the count only as 1. */
export function decodeMinutes(
  bytes: Uint8Array,
  at: number,
  times: Float64Array,
  run: SampleRun,
  aspect?: Aspect,
): void {
  const reader = new BitReader(bytes, at);
  const kind = reader.byte();
  const column = (): SampleRun => {
    const length = reader.varint();
    const part = new SampleRun(times.length);
    decodeColumn(bytes, reader.position, times, part);
    reader.skip(length);
    return part;
  };
  const last = column();
  const peak = column();
  if (aspect !== undefined && kind === GAUGE) {
    let wanted = column();
    for (let i = 0; i < ASPECTS.indexOf(aspect); i++) wanted = column();
    append(wanted, run);
  } else if (peak.length === 0) append(last, run);
  else appendWithPeaks(last, peak, run, kind);
}

class Columns {
  readonly last: Float64Array;
  readonly peak: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
  /** The last value of a series that ended within the minute. */
  readonly #ended: (number | undefined)[] = [];

  constructor(length: number) {
    const empty = (): Float64Array => {
      const column = new Float64Array(length);
      const words = new Uint32Array(column.buffer);
      for (let i = 0; i < length; i++) markAbsent(words, i);
      return column;
    };
    this.last = empty();
    this.peak = empty();
    this.min = empty();
    this.max = empty();
    this.sum = empty();
    this.count = empty();
  }

  /** Returns the last value so far. */
  draw(minute: number, run: SampleRun, first: number, end: number, time: number, before: number): number {
    let latest = before;
    let increase = 0;
    let restarted = false;
    let min = Number.NaN;
    let max = Number.NaN;
    let sum = 0;
    let count = 0;
    for (let i = first; i < end; i++) {
      const value = run.values[i]!;
      if (Number.isNaN(value) && isStale(run.values, i)) continue;
      if (value < latest) restarted = true;
      if (!Number.isNaN(latest)) increase += value < latest ? value : value - latest;
      latest = value;
      if (!(min <= value)) min = value;
      if (!(max >= value)) max = value;
      sum += value;
      count++;
    }
    if (end === first) return before;
    // Its samples may end before the minute does, by a marker or without one.
    const ended = isStale(run.values, end - 1) || run.timestamps[end - 1] !== time;
    if (ended) markStale(this.last, minute);
    else this.last[minute] = latest;
    if (count === 0) return before;
    this.#ended[minute] = ended ? latest : undefined;
    if (restarted) this.peak[minute] = (Number.isNaN(before) ? 0 : before) + increase - (ended ? 0 : latest);
    else if (ended) this.peak[minute] = latest;
    this.min[minute] = min;
    this.max[minute] = max;
    this.sum[minute] = sum;
    this.count[minute] = count;
    return latest;
  }

  /** For a gauge falling is no restart: only what its last value was before it ended. */
  keepLastValues(): void {
    const words = new Uint32Array(this.peak.buffer);
    for (let minute = 0; minute < this.peak.length; minute++) {
      const ended = this.#ended[minute];
      if (ended !== undefined) this.peak[minute] = ended;
      else markAbsent(words, minute);
    }
  }
}

function append(part: SampleRun, run: SampleRun): void {
  run.reserve(part.length);
  run.timestamps.set(part.timestamps.subarray(0, part.length), run.length);
  run.values.set(part.values.subarray(0, part.length), run.length);
  run.length += part.length;
}

/** Puts a peak, and for a counter the restart from zero behind it, a few milliseconds before the last sample. */
function appendWithPeaks(last: SampleRun, peak: SampleRun, run: SampleRun, kind: number): void {
  run.reserve(last.length * 3);
  let next = 0;
  for (let i = 0; i < last.length; i++) {
    const time = last.timestamps[i]!;
    if (peak.timestamps[next] === time && next < peak.length) {
      run.timestamps[run.length] = time - 2;
      run.values[run.length++] = peak.values[next++]!;
      if (kind === COUNTER && !isStale(last.values, i)) {
        run.timestamps[run.length] = time - 1;
        run.values[run.length++] = 0;
      }
    }
    run.timestamps[run.length] = time;
    run.values.set(last.values.subarray(i, i + 1), run.length++);
  }
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE);
}
