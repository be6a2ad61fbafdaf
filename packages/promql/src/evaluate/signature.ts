import { type LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import type { Matching } from '../syntax/ast.ts';

/** What of a series' labels must be equal for it to match another: a key for the map. */
export function matchingKey({ on, labels }: Matching): (set: LabelSet) => string {
  const named = new Set(labels);
  if (on) return (set) => set.keyOf((name) => named.has(name));
  return (set) => set.keyOf((name) => name !== METRIC_NAME && !named.has(name));
}

/** The labels that took part in matching, for messages and for series that stand in. */
export function matchedLabels({ on, labels }: Matching, set: LabelSet): LabelSet {
  return on ? set.keep(labels) : set.without([METRIC_NAME, ...labels]);
}
