import { ParseError, PromQLError, QueryTimeoutError } from '@telltale/promql';

/** What went wrong, in the words of Prometheus's HTTP API. */
export type ApiErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'internal' | 'unavailable' | 'not_found';

/** The status that Prometheus answers each kind of error with. */
const STATUSES: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 503,
  internal: 500,
  unavailable: 503,
  not_found: 404,
};

/** A question that cannot be answered; the message goes to whoever asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly errorType: ApiErrorType;
  readonly status: number;

  constructor(errorType: ApiErrorType, message: string, status: number = STATUSES[errorType]) {
    super(message);
    this.errorType = errorType;
    this.status = status;
  }
}

/** A parameter that is missing or cannot be read. */
export function invalidParameter(name: string, reason: string): ApiError {
  return new ApiError('bad_data', `invalid parameter "${name}": ${reason}`);
}

/**
 * What to answer where an engine failed; undefined where it failed by a fault of its own, of which nobody outside is
 * told. `source` is the parameter that holds the PromQL.
 */
export function errorOfEngine(error: unknown, source: string): ApiError | undefined {
  if (error instanceof ParseError) return invalidParameter(source, error.detail);
  if (error instanceof PromQLError && error.errorType !== 'internal')
    return new ApiError(error.errorType, error.detail);
  return undefined;
}

/** Where the time was up before the engine was asked. */
export function timedOut(timeoutMs: number): ApiError {
  return new ApiError('timeout', new QueryTimeoutError(timeoutMs).detail);
}
