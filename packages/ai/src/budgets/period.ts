/** How long a budget lasts until it begins anew. */
export const PERIODS = ['hour', 'day', 'month'] as const;

/** How long a budget lasts until it begins anew. */
export type PeriodName = (typeof PERIODS)[number];

/** One hour, day or month: from its first moment up to the first of the next, in milliseconds since the Unix epoch. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds periods by the calendar and the clocks of a time zone. A day in which clocks change has 23 or 25 hours; of an
 * hour that comes twice, each is one.
 */
export class Calendar {
  readonly #per: PeriodName;
  readonly #offsetAt: (time: number) => number;
  #current: Period = { start: 0, end: 0 };

  /** @throws {RangeError} where there is no such time zone. */
  constructor(per: PeriodName, timeZone = 'UTC') {
    this.#per = per;
    this.#offsetAt = timeZone === 'UTC' ? () => 0 : offsetsOf(timeZone);
  }

  /** The period that `time` is in. */
  periodAt(time: number): Period {
    if (time < this.#current.start || time >= this.#current.end) this.#current = this.#find(time);
    return this.#current;
  }

  #find(time: number): Period {
    const wall = new Date(time + this.#offsetAt(time));
    const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
    if (this.#per === 'day') return this.#between(Date.UTC(year, month, day), Date.UTC(year, month, day + 1));
    if (this.#per === 'month') return this.#between(Date.UTC(year, month), Date.UTC(year, month + 1));
    // Within an hour clocks do not change, but for zones whose changes are not by whole hours.
    const start = time - (wall.getUTCMinutes() * 60_000 + wall.getUTCSeconds() * 1_000 + wall.getUTCMilliseconds());
    return { start, end: start + 3_600_000 };
  }

  #between(start: number, end: number): Period {
    return { start: this.#instantOf(start), end: this.#instantOf(end) };
  }

  /** The moment at which clocks show this; where they skip it, the moment of the skip. */
  #instantOf(wall: number): number {
    const before = wall - this.#offsetAt(wall - 86_400_000);
    const after = wall - this.#offsetAt(wall + 86_400_000);
    if (before === after) return before;
    if (this.#offsetAt(before) === wall - before) return before;
    if (this.#offsetAt(after) === wall - after) return after;
    // Skipped: clocks go from before it to after it at one moment between the two.
    let [low, high] = [Math.min(before, after), Math.max(before, after)];
    const offset = this.#offsetAt(low);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** Milliseconds by which clocks in the zone are ahead of UTC at a time. */
function offsetsOf(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', era: 'short' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (time) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(time)) parts[type] = Number(value);
    const { year, month, day, hour, minute, second } = parts;
    const shown = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    return shown - Math.floor(time / 1_000) * 1_000;
  };
}

/**
 * What will have been spent at the end of a period if spending goes on as it has since its start. In the first
 * hundredth of it there is too little to go by, and the forecast is what was spent.
 */
export function forecast(spentUsd: number, { start, end }: Period, now: number): number {
  const passed = (now - start) / (end - start);
  return passed < 0.01 ? spentUsd : Math.max(spentUsd, spentUsd / Math.min(1, passed));
}
