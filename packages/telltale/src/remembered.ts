import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultMonitor, type Monitor } from '@telltale/core';
import { queryApi } from '@telltale/dashboard';
import { type History, type HistoryOptions, historyEngine, prometheusSource, startHistory } from '@telltale/history';
import { createQueryEngine, MemorySource, type QueryEngine } from '@telltale/promql';

/** What a service remembers of its metrics, and who answers for it. */
export interface Remembered {
  /** What the process itself keeps; `undefined` where it keeps nothing. */
  readonly history: History | undefined;
  /** Answers PromQL. */
  readonly engine: QueryEngine;
  /** The same over HTTP. */
  readonly pages: {
    takes(method: string | undefined, path: string): boolean;
    answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  };
}

/** Where a service's past is to be found. */
export interface RememberConfig {
  /** `false` remembers nothing. */
  readonly history: HistoryOptions | false | undefined;
  /** The file of the embedded store, where `history` does not name one. */
  readonly database: string | undefined;
  /** The address of a Prometheus that is asked instead. */
  readonly source: string | undefined;
}

const known = new WeakMap<Monitor, Remembered>();

/**
 * Begins to remember what a monitor measures, or finds the Prometheus that does. For a monitor that has begun before,
 * nothing changes.
 *
 * @throws {ConfigError} naming every option that cannot be used.
 */
export function remember(monitor: Monitor, config: RememberConfig): Remembered {
  let remembered = known.get(monitor);
  if (remembered === undefined) {
    known.set(monitor, (remembered = begin(monitor, config)));
    monitor.onClose(() => void known.delete(monitor));
  }
  return remembered;
}

function begin(monitor: Monitor, { history: options, database, source }: RememberConfig): Remembered {
  // A Prometheus scrapes the metrics itself: they are kept here as well only where that was asked for.
  const keeps = options !== false && (source === undefined || options !== undefined);
  const history = keeps ? startHistory(monitor, { path: database, ...options }) : undefined;
  const engine = engineFor(monitor, history, source);
  return { history, engine, pages: queryApi(engine, { monitor }) };
}

function engineFor(monitor: Monitor, history: History | undefined, source: string | undefined): QueryEngine {
  if (source !== undefined) return prometheusSource(source);
  return history === undefined ? createQueryEngine(new MemorySource()) : historyEngine(history, { monitor });
}

/**
 * Answers PromQL over what the service remembers: its own history or, with the option `source`, a Prometheus.
 * Without a set-up it answers that there is nothing.
 *
 * @example
 * const { elements } = await queryEngine().instant('sum by (route) (rate(http_requests_total[5m]))');
 */
export function queryEngine(monitor: Monitor = defaultMonitor()): QueryEngine {
  return known.get(monitor)?.engine ?? createQueryEngine(new MemorySource());
}

/** What the process itself keeps; `undefined` before the set-up, and where it keeps nothing. */
export function historyOf(monitor: Monitor = defaultMonitor()): History | undefined {
  return known.get(monitor)?.history;
}
