import type { Clock } from '@telltale/core';
import { markStale } from '@telltale/promql';
import type { Reading } from './registry-reader.ts';
import type { RecordedSeries, Snapshot } from './snapshot.ts';

/** What a recorder works with. */
export interface RecorderSetting {
  readonly clock: Clock;
  readonly read: () => Promise<Reading>;
  /** How often a snapshot is expected, in milliseconds. */
  readonly intervalMs: number;
  /** Which part of the snapshots is kept, above 0 and at most 1. */
  readonly samplingRate: number;
  readonly take: (snapshot: Snapshot) => void;
}

/** A process that slept or hung for so many intervals was not there. */
const GAP_INTERVALS = 3;

/**
 * Makes snapshots of readings: ends the series that vanished and, after a gap, all of them, by staleness markers where
 * Prometheus would have written them. Snapshots that are asked for at the same time are taken one after the other.
 */
export class Recorder {
  readonly #setting: RecorderSetting;
  readonly #expectedMs: number;
  #before: Snapshot | undefined;
  /** The series of the snapshot before that had not ended. */
  #living: readonly RecordedSeries[] = [];
  /** At one, a snapshot is due; the first is. */
  #due: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(setting: RecorderSetting) {
    this.#setting = setting;
    this.#expectedMs = setting.intervalMs / setting.samplingRate;
    this.#due = 1 - setting.samplingRate;
  }

  /** Takes a snapshot if the sampling rate has one kept now. */
  tick(): Promise<void> {
    this.#due += this.#setting.samplingRate;
    // Tenths do not add up to one.
    if (this.#due < 1 - 1e-9) return this.#turn;
    this.#due -= 1;
    return this.record();
  }

  /** Takes a snapshot now. */
  record(): Promise<void> {
    return this.#next(() => this.#record());
  }

  /** Ends every series, as when Prometheus finds the process gone. */
  end(): Promise<void> {
    return this.#next(async () => {
      if (this.#living.length === 0) return;
      const time = this.#timeAfter(this.#setting.clock.now());
      this.#take({ time, series: this.#living, values: allStale(this.#living.length) });
      this.#living = [];
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #record(): Promise<void> {
    const { clock, read } = this.#setting;
    // Prometheus gives all samples the time at which the scrape began.
    const now = clock.now();
    this.#closeGap(now);
    const { series, values } = await read();
    const time = this.#timeAfter(now);
    this.#take(withVanished({ time, series, values }, this.#living));
    this.#living = series;
  }

  #closeGap(now: number): void {
    const last = this.#before?.time;
    if (last === undefined || this.#living.length === 0) return;
    if (now - last < GAP_INTERVALS * this.#expectedMs) return;
    const time = last + Math.round(this.#expectedMs);
    this.#take({ time, series: this.#living, values: allStale(this.#living.length) });
    this.#living = [];
  }

  /** Two snapshots never share a millisecond; a clock that was set back by more than an interval is believed. */
  #timeAfter(now: number): number {
    const last = this.#before?.time;
    const time = Math.round(now);
    if (last === undefined || time > last || time < last - this.#expectedMs) return time;
    return last + 1;
  }

  #take(snapshot: Snapshot): void {
    this.#before = snapshot;
    this.#setting.take(snapshot);
  }
}

/** The snapshot, with a staleness marker for each series that was there before and is not now. */
function withVanished(snapshot: Snapshot, before: readonly RecordedSeries[]): Snapshot {
  const { time, series, values } = snapshot;
  if (series === before || before.length === 0) return snapshot;
  const there = new Set(series.map(({ key }) => key));
  const vanished = before.filter(({ key }) => !there.has(key));
  if (vanished.length === 0) return snapshot;
  const all = new Float64Array(values.length + vanished.length);
  all.set(values);
  for (let i = values.length; i < all.length; i++) markStale(all, i);
  return { time, series: [...series, ...vanished], values: all };
}

function allStale(length: number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) markStale(values, i);
  return values;
}
