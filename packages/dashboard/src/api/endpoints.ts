import type { Endpoint } from './answer.ts';
import { metadata } from './answer-metadata.ts';
import { formatQuery, query, queryExemplars, queryRange } from './answer-queries.ts';
import { alerts, rules } from './answer-rules.ts';
import { labels, labelValues, series } from './answer-series.ts';
import { alertmanagers, buildInfo, config, flags, runtimeInfo, targetMetadata, targets } from './answer-status.ts';

/** What is under `/api/v1/`. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  query,
  query_range: queryRange,
  query_exemplars: queryExemplars,
  format_query: formatQuery,
  series,
  labels,
  metadata,
  rules,
  alerts,
  alertmanagers,
  targets,
  'targets/metadata': targetMetadata,
  'status/buildinfo': buildInfo,
  'status/config': config,
  'status/flags': flags,
  'status/runtimeinfo': runtimeInfo,
};

const LABEL_VALUES = /^label\/([^/]+)\/values$/;

/** The endpoint of a path, and what the path names. */
export function endpointOf(path: string): { readonly endpoint: Endpoint; readonly subject: string } | undefined {
  const label = LABEL_VALUES.exec(path)?.[1];
  if (label !== undefined) return { endpoint: labelValues, subject: label };
  return Object.hasOwn(ENDPOINTS, path) ? { endpoint: ENDPOINTS[path]!, subject: '' } : undefined;
}
