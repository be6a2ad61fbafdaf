import type { Position } from './syntax/position.ts';

/** What went wrong, in the words of Prometheus's HTTP API (`errorType`). */
export type QueryErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'unavailable' | 'internal';

/** Every error that a query throws on purpose; its message starts `[telltale] [promql]`. */
export class PromQLError extends Error {
  override readonly name: string = 'PromQLError';
  readonly errorType: QueryErrorType;
  /** The message without the package's prefix, as Prometheus's HTTP API would carry it. */
  readonly detail: string;

  constructor(errorType: QueryErrorType, detail: string, options?: ErrorOptions) {
    super(`[telltale] [promql] ${detail}`, options);
    this.errorType = errorType;
    this.detail = detail;
  }
}

/** The text is not PromQL, or its types do not fit. The message starts with `line:column: parse error:`. */
export class ParseError extends PromQLError {
  override readonly name = 'ParseError';
  /** Where in the text it went wrong. */
  readonly position: Position;
  /** What is wrong, without the position. */
  readonly reason: string;

  constructor(position: Position, reason: string) {
    super('bad_data', `${position.line}:${position.column}: parse error: ${reason}`);
    this.position = position;
    this.reason = reason;
  }
}

/** The expression is sound, but has no answer on these data: an ambiguous match, an argument out of bounds, a limit. */
export class EvaluationError extends PromQLError {
  override readonly name = 'EvaluationError';

  constructor(detail: string, options?: ErrorOptions) {
    super('execution', detail, options);
  }
}

/** The question itself is not usable: a step of zero, an end before the start, too many steps. */
export class BadQueryError extends PromQLError {
  override readonly name = 'BadQueryError';

  constructor(detail: string) {
    super('bad_data', detail);
  }
}

/** The query ran past its time limit. */
export class QueryTimeoutError extends PromQLError {
  override readonly name = 'QueryTimeoutError';

  constructor(timeoutMs: number) {
    super('timeout', `query timed out after ${timeoutMs} ms; narrow its range or raise limits.timeoutMs`);
  }
}

/** The query's AbortSignal fired; `cause` is the signal's reason. */
export class QueryCanceledError extends PromQLError {
  override readonly name = 'QueryCanceledError';

  constructor(reason: unknown) {
    super('canceled', 'query was canceled', { cause: reason });
  }
}

/** Whoever was to answer cannot be reached, refuses, or answers what is no answer. Asking again later may help. */
export class QueryUnavailableError extends PromQLError {
  override readonly name = 'QueryUnavailableError';

  constructor(detail: string, options?: ErrorOptions) {
    super('unavailable', detail, options);
  }
}

/** The source of the series failed; `cause` is what it threw. */
export class SeriesSourceError extends PromQLError {
  override readonly name = 'SeriesSourceError';

  constructor(cause: unknown) {
    super('internal', `reading series failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
