import { type Logger, shownMs } from '@telltale/core';
import type { EndedRequest } from './ended-request.ts';
import type { HttpConfig } from './options.ts';

/** Writes what is to be said of a request that is over: each error, a warning if it was slow, the access line. */
export function logRequest(logger: Logger, ended: EndedRequest, isStream: boolean, config: HttpConfig): void {
  const { method, path, route, status, aborted } = ended;
  const about = { method, path, route, status_code: status };
  const duration_ms = shownMs(ended.durationMs);
  for (const error of ended.errors) {
    logger[status >= 500 || aborted ? 'error' : 'warning'](`${method} ${route} failed`, {
      event_type: 'error',
      ...about,
      error,
    });
  }
  // A stream of events is meant to last; what counts is how soon it began.
  if (((isStream && ended.firstByteMs) || ended.durationMs) >= config.slowRequestMs) {
    logger.warning(`${method} ${route} was slow`, {
      event_type: 'performance',
      ...about,
      duration_ms,
      threshold_ms: config.slowRequestMs,
    });
  }
  if (!config.accessLog) return;
  logger[levelOf(ended)](`${method} ${path} ${status}`, {
    event_type: 'response',
    method,
    path,
    route,
    status_code: status,
    duration_ms,
    request_size_bytes: ended.requestBytes,
    response_size_bytes: ended.responseBytes,
    aborted: aborted || undefined,
    ...ended.context.figures,
  });
}

/** A failure stands out once: where the line of its error does, the access line need not. */
function levelOf({ status, aborted, errors }: EndedRequest): 'info' | 'warning' | 'error' {
  if (errors.length > 0) return 'info';
  if (status >= 500) return 'error';
  return status >= 400 && !aborted ? 'warning' : 'info';
}
