import type { Context, Counter, Monitor } from '@telltale/core';
import { aiMetrics } from './metrics.ts';
import { MoneySeries } from './money.ts';
import type { AttributedCall, AttributeTo } from './options.ts';

const OTHER = 'other';
const MAX_LENGTH = 128;
/** So many spenders are told apart in order to know the largest. */
const MAX_TALLIED = 10_000;
/** A newcomer takes a place when it has spent so much more than the smallest that has one, lest two take turns. */
const MARGIN = 1.5;
/** Series that lost their place stay as they are, since a counter must not go back; so many for each place in all. */
const SERIES_PER_PLACE = 4;

/**
 * Spend by tenant or feature. The largest spenders have a series each, the rest share `other`; whoever grows into the
 * largest gets a series from then on. What the series grow by always adds up to what was spent.
 */
export class Attribution {
  readonly #monitor: Monitor;
  readonly #counter: Counter<readonly ['attribution']>;
  readonly #attributeTo: AttributeTo;
  readonly #places: number;
  readonly #other: MoneySeries;
  readonly #series = new Map<string, MoneySeries>();
  readonly #admitted = new Set<string>();
  readonly #tally = new Map<string, number>();

  constructor(monitor: Monitor, attributeTo: AttributeTo, places: number) {
    this.#monitor = monitor;
    this.#attributeTo = attributeTo;
    this.#places = places;
    this.#counter = monitor.instruments.counter({
      ...aiMetrics.costByAttribution,
      seriesLimit: places * SERIES_PER_PLACE + 2,
    });
    this.#other = new MoneySeries(this.#counter.labels(OTHER));
  }

  /** Whose call it is, by the user's function; what it throws or returns amiss is `other`. */
  of(context: Context | undefined, call: AttributedCall): string {
    return this.#monitor.errors.guard(
      'ai',
      () => {
        const name: unknown = this.#attributeTo(context, call);
        return typeof name === 'string' && name !== '' ? name.slice(0, MAX_LENGTH) : OTHER;
      },
      OTHER,
    );
  }

  spend(name: string, costUsd: number): void {
    if (name === OTHER) {
      this.#other.add(costUsd);
      return;
    }
    const total = (this.#tally.get(name) ?? 0) + costUsd;
    if (this.#tally.size >= MAX_TALLIED && !this.#tally.has(name)) this.#forgetSmaller();
    this.#tally.set(name, total);
    if (!this.#admitted.has(name)) this.#apply(name, total);
    (this.#admitted.has(name) ? this.#seriesOf(name) : this.#other).add(costUsd);
  }

  /** Gives a name a place, if there is one free or if it outgrew the smallest that has one. */
  #apply(name: string, total: number): void {
    if (this.#admitted.size >= this.#places) {
      let smallest = '';
      let least = Number.POSITIVE_INFINITY;
      for (const each of this.#admitted) {
        const spent = this.#tally.get(each) ?? 0;
        if (spent < least) [smallest, least] = [each, spent];
      }
      if (total <= least * MARGIN) return;
      this.#admitted.delete(smallest);
    }
    this.#admitted.add(name);
  }

  #seriesOf(name: string): MoneySeries {
    let series = this.#series.get(name);
    if (series === undefined) {
      if (this.#series.size >= this.#places * SERIES_PER_PLACE) this.#dropOldest();
      this.#series.set(name, (series = new MoneySeries(this.#counter.labels(name))));
    }
    return series;
  }

  /** Takes away the series that has been there longest of those that lost their place. */
  #dropOldest(): void {
    for (const name of this.#series.keys()) {
      if (this.#admitted.has(name)) continue;
      this.#series.delete(name);
      this.#counter.remove({ attribution: name });
      return;
    }
  }

  /** Makes room by forgetting those who spent less than most. */
  #forgetSmaller(): void {
    const totals = [...this.#tally.values()].sort((a, b) => a - b);
    const middle = totals[Math.floor(totals.length / 2)]!;
    for (const [name, total] of this.#tally) {
      if (total <= middle && !this.#admitted.has(name)) this.#tally.delete(name);
    }
  }
}
