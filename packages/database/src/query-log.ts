import { type Context, inContext, type Logger, shownMs } from '@telltale/core';
import type { ObservedStatement, RunningQuery } from './observe-query.ts';
import { NO_TABLE } from './statement/operations.ts';

/** What a line or an operation calls a statement: `SELECT orders`. Bounded, as the labels are. */
export function nameOf({ kept: { labels } }: ObservedStatement): string {
  const [, , operation, table] = labels;
  return table === NO_TABLE ? operation : `${operation} ${table}`;
}

/** What every line and operation says of a statement. */
export function about({ kept, normalised }: ObservedStatement): Record<string, string | undefined> {
  const [, system, operation, table] = kept.labels;
  return { system, operation, table, statement: normalised || undefined };
}

/** The debug line of each statement. */
export function logQuery(
  logger: Logger,
  { statement, context }: RunningQuery,
  durationMs: number,
  rows: number | undefined,
  code: string | undefined,
): void {
  inContext(context, () =>
    logger.debug(`${nameOf(statement)} ${code === undefined ? 'ended' : 'failed'}`, {
      event_type: 'performance',
      ...about(statement),
      duration_ms: shownMs(durationMs),
      rows,
      error_code: code,
    }),
  );
}

/** The warning of a statement that took longer than `thresholdMs`. */
export function logSlow(
  logger: Logger,
  { statement, context }: RunningQuery,
  durationMs: number,
  rows: number | undefined,
  thresholdMs: number,
): void {
  inContext(context, () =>
    logger.warning(`${nameOf(statement)} was slow`, {
      event_type: 'performance',
      ...about(statement),
      duration_ms: shownMs(durationMs),
      threshold_ms: thresholdMs,
      rows,
    }),
  );
}

/** The warning of a statement that ran more than `threshold` times for one request or job, which it names. */
export function logRepetition(
  logger: Logger,
  statement: ObservedStatement,
  context: Context,
  count: number,
  threshold: number,
): void {
  inContext(context, () =>
    logger.warning(`${nameOf(statement)} ran more than ${threshold} times in one unit of work`, {
      event_type: 'performance',
      ...about(statement),
      route: context.root.origin?.name,
      count,
      threshold,
    }),
  );
}
