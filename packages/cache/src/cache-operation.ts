import { type Context, inContext, type Monitor, type Operation, shownMs, writesDebug } from '@telltale/core';

/** How an operation ended, as a label. */
export type CacheResult = 'hit' | 'partial' | 'miss' | 'ok' | 'error' | 'aborted';

/** What is told of an operation at its end. */
interface OperationEnd {
  readonly durationMs: number;
  readonly result: CacheResult;
  readonly hits?: number | undefined;
  readonly misses?: number | undefined;
  readonly error?: unknown;
}

/** Tells whoever listens that an operation begins; where nobody does, no record is made. */
export function startOperation(
  monitor: Monitor,
  operation: string,
  context: Context | undefined,
  cache: string,
  /** A key prefix or a cache: what the operation is on. */
  on: () => string,
): Operation | undefined {
  if (!monitor.operations.active) return undefined;
  const target = on();
  const record: Operation = {
    kind: 'cache',
    name: `${operation.toUpperCase()} ${target}`.trimEnd(),
    context,
    startedAt: monitor.config.clock.now(),
    attributes: { cache, operation, ...(target !== '' && target !== cache && { prefix: target }) },
  };
  monitor.operations.start(record);
  return record;
}

/** Tells whoever listens how it ended. */
export function endOperation(
  monitor: Monitor,
  record: Operation | undefined,
  { durationMs, result, hits, misses, error }: OperationEnd,
): void {
  if (record === undefined) return;
  record.durationMs = durationMs;
  record.outcome = result === 'error' || result === 'aborted' ? result : 'ok';
  record.error = error;
  Object.assign(record.attributes, { result, hits, misses });
  monitor.operations.end(record);
}

/** The debug line of an operation, written in the context of whoever asked for it. */
export function logOperation(
  { logger }: Monitor,
  context: Context | undefined,
  operation: { cache: string; operation: string; prefix?: () => string; result: CacheResult; durationMs?: number },
): void {
  if (!writesDebug(logger)) return;
  const { durationMs, prefix, ...about } = operation;
  inContext(context, () =>
    logger.debug(`${about.operation.toUpperCase()} ${about.cache}: ${about.result}`, {
      event_type: 'performance',
      ...about,
      prefix: prefix?.(),
      duration_ms: durationMs === undefined ? undefined : shownMs(durationMs),
    }),
  );
}
