/** The labels by which Prometheus tells the processes that it scrapes apart. */
export interface TargetLabels {
  readonly job: string;
  readonly instance: string;
}

/**
 * The labels that a series has once Prometheus has scraped it: `job` and `instance` are the target's, and a label of
 * the metric's own of that name becomes `exported_job`, as with `honor_labels: false`. Empty labels go.
 */
export function withTargetLabels(
  name: string,
  own: Iterable<readonly [name: string, value: string]>,
  target: TargetLabels,
): Record<string, string> {
  const labels: Record<string, string> = { __name__: name };
  const renamed: [string, string][] = [];
  for (const [label, value] of own) {
    if (value === '') continue;
    if (label === 'job' || label === 'instance') renamed.push([label, value]);
    else labels[label] = value;
  }
  for (const [label, value] of renamed) {
    let exported = `exported_${label}`;
    while (exported in labels) exported = `exported_${exported}`;
    labels[exported] = value;
  }
  labels.job = target.job;
  labels.instance = target.instance;
  return labels;
}

/** The value of `le` or `quantile` as OpenMetrics and Prometheus 3 have it: whole numbers with a decimal point. */
export function boundText(bound: unknown): string {
  if (typeof bound !== 'number') return /^-?\d+$/.test(String(bound)) ? `${bound}.0` : String(bound ?? '');
  if (bound === Number.POSITIVE_INFINITY) return '+Inf';
  if (bound === Number.NEGATIVE_INFINITY) return '-Inf';
  return /^-?\d+$/.test(String(bound)) ? `${bound}.0` : String(bound);
}
