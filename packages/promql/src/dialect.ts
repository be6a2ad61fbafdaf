/**
 * What Prometheus 3 decides otherwise than Prometheus 2, as far as results go. Everything else is the same for both.
 */
export interface Dialect {
  /** Whether a sample exactly at the left edge of a range or lookback counts: it did in Prometheus 2. */
  readonly leftEdge: 'included' | 'excluded';
  /** Whether a number may stand for a duration of seconds (`x[300]`) and a duration for a number (`5m`). */
  readonly durationsAreNumbers: boolean;
  /**
   * How far `rate` extrapolates a counter that would have been zero inside the range: Prometheus 3 compares with the
   * start it would have extrapolated to, Prometheus 2 with the start of the range.
   */
  readonly zeroPoint: 'after-threshold' | 'before-threshold';
  /** Whether labels and metrics may have any characters in their names, written in quotes. */
  readonly anyNames: boolean;
  /** Whether a `.` in a regular expression matches a line break. */
  readonly dotMatchesNewline: boolean;
  /** Whether elements that a comparison drops still count as matches when uniqueness is checked. */
  readonly matchesCountBeforeFilter: boolean;
  /** The labels that go when a value is no longer that of its metric. */
  readonly metadataLabels: readonly string[];
  /** Whether `sum` and `avg` compensate rounding errors (Kahan and Neumaier). */
  readonly compensatedSums: boolean;
  /** Whether the variance of one infinite or undefined value is 0, as it was in Prometheus 2, rather than NaN. */
  readonly loneVarianceIsZero: boolean;
  /** Whether the result of `atan2` keeps the metric's name, as by oversight it did in Prometheus 2. */
  readonly atan2KeepsName: boolean;
}

/** The newest Prometheus: the default. */
export const PROMETHEUS_3: Dialect = {
  leftEdge: 'excluded',
  durationsAreNumbers: true,
  zeroPoint: 'after-threshold',
  anyNames: true,
  dotMatchesNewline: true,
  matchesCountBeforeFilter: true,
  metadataLabels: ['__name__', '__type__', '__unit__'],
  compensatedSums: true,
  loneVarianceIsZero: false,
  atan2KeepsName: false,
};

/** Prometheus 2, as in Debian 12 (2.42), which the differential tests run against. */
export const PROMETHEUS_2: Dialect = {
  leftEdge: 'included',
  durationsAreNumbers: false,
  zeroPoint: 'before-threshold',
  anyNames: false,
  dotMatchesNewline: false,
  matchesCountBeforeFilter: false,
  metadataLabels: ['__name__'],
  compensatedSums: false,
  loneVarianceIsZero: true,
  atan2KeepsName: true,
};
