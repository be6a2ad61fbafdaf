import type { Matcher } from '../labels/matcher.ts';

/** One series and its samples, oldest first. */
export interface SeriesData {
  /** The labels, the metric's name under `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, strictly rising. */
  readonly timestamps: ArrayLike<number>;
  /** One value for each timestamp. A `Float64Array` is read without a copy and can hold staleness markers. */
  readonly values: ArrayLike<number>;
}

/** Where a query's samples come from: a store in memory, a database, another process. */
export interface SeriesSource {
  /**
   * The series that all matchers accept, with at least their samples from `from` to `to` (milliseconds, both included).
   * More samples do no harm; series without samples in that time may be left out. No two may have the same labels.
   * What was given must not change afterwards: a query reads it over several turns of the event loop.
   */
  select(matchers: readonly Matcher[], from: number, to: number, signal?: AbortSignal): Promise<readonly SeriesData[]>;

  /**
   * The labels alone of what `select` would give, where a store knows them without reading samples: it makes lists of
   * label names and values cheap.
   */
  series?(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<readonly SeriesData['labels'][]>;
}
