import { asPlainPromise, defaultMonitor, labelWord, type Monitor, watchCall } from '@telltale/core';
import { QueryObserver, type RunningQuery } from './observe-query.ts';
import { databaseOptions } from './options.ts';
import { NO_TABLE, OTHER, operationLabel } from './statement/operations.ts';

/** What `trackDatabaseQuery` may be told besides. */
export interface TrackDatabaseQueryOptions {
  /** What the label `table` says. @default 'none' */
  readonly table?: string;
  /** The statement, for the log, without its values. It counts for repeated statements only where it is given. */
  readonly statement?: string;
  /** @default 500 */
  readonly slowQueryMs?: number;
  /** @default the process-wide monitor */
  readonly monitor?: Monitor;
}

/** So many pairs of service and system are kept ready. */
const MAX_OBSERVERS = 100;
const observers = new WeakMap<Monitor, Map<string, QueryObserver>>();

/**
 * Measures one query as the integrations do: by service, system, operation and table. Returns what `fn` returns and
 * throws what it throws; of a promise, a promise of the same outcome. What only begins when it is awaited (a query
 * builder) is begun, and becomes a promise of its value.
 *
 * @example
 * const rows = await trackDatabaseQuery('orders', 'postgres', 'SELECT', () => db.query('SELECT …'));
 */
export function trackDatabaseQuery<T>(
  service: string,
  system: string,
  operation: string,
  fn: () => T,
  options?: TrackDatabaseQueryOptions,
): T {
  const given = options ?? {};
  const monitor = given.monitor ?? defaultMonitor();
  if (!monitor.enabled) return fn();
  const running = monitor.errors.guard('database', () => start(monitor, service, system, operation, given), undefined);
  if (running === undefined) return fn();
  return watchCall(
    () => begun(fn()),
    (end) => {
      if (end.failed) running.fail(end.error);
      else running.end({ rows: rowsOf(end.value) });
    },
  );
}

function start(
  monitor: Monitor,
  service: string,
  system: string,
  operation: string,
  { table, statement, slowQueryMs }: TrackDatabaseQueryOptions,
): RunningQuery | undefined {
  const observer = observerOf(monitor, labelWord(service), labelWord(system), slowQueryMs);
  const known = operationLabel(operation);
  return observer.startTracked(
    known === OTHER ? labelWord(operation) : known,
    table === undefined ? NO_TABLE : labelWord(table),
    statement ?? '',
  );
}

function observerOf(
  monitor: Monitor,
  service: string,
  system: string,
  slowQueryMs = databaseOptions.slowQueryMs.default,
): QueryObserver {
  let ofMonitor = observers.get(monitor);
  if (ofMonitor === undefined) observers.set(monitor, (ofMonitor = new Map()));
  const key = `${service} ${system} ${slowQueryMs}`;
  let observer = ofMonitor.get(key);
  if (observer === undefined) {
    const config = { slowQueryMs, repeatedStatements: databaseOptions.repeatedStatements.default };
    observer = new QueryObserver(monitor, config, system, service);
    if (ofMonitor.size < MAX_OBSERVERS) ofMonitor.set(key, observer);
  }
  return observer;
}

/** mysql2's commands have a `then` that only complains of being called. */
function begun<T>(result: T): T {
  return typeof result === 'object' && result !== null && 'onResult' in result ? result : asPlainPromise(result);
}

function rowsOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  const rows = typeof value === 'object' && value !== null ? (value as { rows?: unknown }).rows : undefined;
  return Array.isArray(rows) ? rows.length : undefined;
}
