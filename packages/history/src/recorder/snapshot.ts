/** The metric that a series belongs to, as it was declared. */
export interface MetricFamily {
  /** The declared name, without `_bucket` and the like. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
}

/** One series that the recorder reads. The same object stands for it from snapshot to snapshot. */
export interface RecordedSeries {
  /** As Prometheus would hold them: the name under `__name__`, `job` and `instance` among them, none empty. */
  readonly labels: Readonly<Record<string, string>>;
  /** The same text for equal labels, whatever their order. */
  readonly key: string;
  /** Whether it only rises, restarts apart: counters, and all of a histogram or summary but its quantiles. */
  readonly cumulative: boolean;
  readonly family: MetricFamily;
}

/** What was read at one moment. Stores may keep it, and change nothing in it. */
export interface Snapshot {
  /** Milliseconds since 1970. Later than that of the snapshot before, unless the machine's clock was set back. */
  readonly time: number;
  /** The same array as before where the same series were read. */
  readonly series: readonly RecordedSeries[];
  /** One for each series; a staleness marker where the series has ended. */
  readonly values: Float64Array;
}

/** A text that is equal for equal labels and different for different ones, whatever characters they hold. */
export function keyOfLabels(labels: Readonly<Record<string, string>>): string {
  let key = '';
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name]!;
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}
