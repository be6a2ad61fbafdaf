import { defaultMonitor, type Monitor } from '@telltale/core';
import type { History } from '@telltale/history';
import type { HistoryOptions } from '@telltale/history/options';
import type { FurtherPages } from '@telltale/http';
import type { QueryEngine } from '@telltale/promql';
import { loadDashboard, loadHistory, loadPromql } from './load-history.ts';

/** Where a service's past is to be found. */
export interface RememberConfig {
  /** `false` remembers nothing. */
  readonly history: HistoryOptions | false | undefined;
  /** The file of the embedded store, where `history` does not name one. */
  readonly database: string | undefined;
  /** The address of a Prometheus that is asked instead. */
  readonly source: string | undefined;
}

/** What a service remembers of its metrics, and who answers for it. */
interface Remembered {
  readonly history: History | undefined;
  readonly engine: QueryEngine;
  readonly pages: FurtherPages;
}

const PAGES = '/telltale/api/v1';

const known = new WeakMap<Monitor, () => Remembered>();

/**
 * Begins, a moment later, to remember what a monitor measures, or finds the Prometheus that does. For a monitor that has
 * begun before, nothing changes. Returns the pages that answer for it.
 */
export function remember(monitor: Monitor, config: RememberConfig): FurtherPages {
  let open = known.get(monitor);
  if (open === undefined) {
    let opened: Remembered | undefined;
    open = () => (opened ??= begin(monitor, config));
    known.set(monitor, open);
    monitor.onClose(() => void known.delete(monitor));
    // The service is to be up first.
    setImmediate(() => {
      if (!monitor.closing) monitor.errors.guard('history', open!, undefined);
    }).unref();
  }
  const remembered = open;
  return {
    takes: (_method, path) => path === PAGES || path.startsWith(`${PAGES}/`),
    answer: (request, response, path) => remembered().pages.answer(request, response, path),
  };
}

function begin(monitor: Monitor, { history: options, database, source }: RememberConfig): Remembered {
  const { historyEngine, prometheusSource, startHistory } = loadHistory();
  // A Prometheus scrapes the metrics itself: they are kept here as well only where that was asked for.
  const keeps = options !== false && (source === undefined || options !== undefined);
  const history = keeps ? startHistory(monitor, { path: database, ...options }) : undefined;
  const own = history === undefined ? nothing() : historyEngine(history, { monitor });
  const engine = source === undefined ? own : prometheusSource(source);
  return { history, engine, pages: loadDashboard().queryApi(engine, { monitor, basePath: PAGES }) };
}

function nothing(): QueryEngine {
  const { createQueryEngine, MemorySource } = loadPromql();
  return createQueryEngine(new MemorySource());
}

/**
 * Answers PromQL over what the service remembers: its own history or, with the option `source`, a Prometheus.
 * Without a set-up it answers that there is nothing.
 *
 * @example
 * const { elements } = await queryEngine().instant('sum by (route) (rate(http_requests_total[5m]))');
 */
export function queryEngine(monitor: Monitor = defaultMonitor()): QueryEngine {
  return known.get(monitor)?.().engine ?? nothing();
}

/** What the process itself keeps; `undefined` before the set-up, and where it keeps nothing. */
export function historyOf(monitor: Monitor = defaultMonitor()): History | undefined {
  return known.get(monitor)?.().history;
}
