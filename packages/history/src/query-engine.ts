import { defaultMonitor, type Monitor } from '@telltale/core';
import {
  createQueryEngine,
  type EngineOptions,
  type Metadata,
  type QueryEngine,
  type SeriesSource,
} from '@telltale/promql';

/** How a history answers. */
export interface HistoryEngineOptions extends Omit<EngineOptions, 'metadata' | 'now'> {
  /** Whose registries say type and help of metrics, and whose clock says what is now. @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * Answers PromQL over what a history holds, within this process: for alerts, the page, the HTTP API, the command line
 * and KPIs. One question reads at most 10 million samples and takes at most 30 seconds, unless `limits` says otherwise.
 *
 * @example
 * const engine = historyEngine(history);
 * const result = await engine.instant('sum(rate(http_requests_total[5m]))');
 */
export function historyEngine(
  history: { readonly source: SeriesSource },
  { monitor, limits, ...options }: HistoryEngineOptions = {},
): QueryEngine {
  const whose = () => monitor ?? defaultMonitor();
  return createQueryEngine(history.source, {
    ...options,
    limits: { maxSamples: 10_000_000, timeoutMs: 30_000, ...limits },
    metadata: () => registryMetadata(whose()),
    now: () => whose().config.clock.now(),
  });
}

/** What a scrape would tell of each metric; of a name that stands in several registries, the first counts. */
function registryMetadata({ registries }: Monitor): Metadata {
  const all: Record<string, Metadata[string]> = Object.create(null);
  for (const registry of registries) {
    for (const { name, help, type } of registry.getMetricsAsArray() as readonly MetricLike[]) {
      all[name] ??= [{ type: TYPES.has(String(type)) ? String(type) : 'unknown', help: help ?? '', unit: '' }];
    }
  }
  return all;
}

interface MetricLike {
  readonly name: string;
  readonly help?: string;
  readonly type?: unknown;
}

const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary']);
