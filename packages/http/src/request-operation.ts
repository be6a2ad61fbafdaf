import type { Context, Monitor, Operation } from '@telltale/core';
import type { EndedRequest } from './ended-request.ts';

/** Tells the listeners that a request began. `name` gives its route, once that is known; the path comes at the end, when it is. */
export function startOperation(
  { config, operations }: Monitor,
  context: Context,
  request: { readonly method: string; readonly name: () => string },
): Operation {
  const operation: Operation = {
    kind: 'http',
    get name() {
      return request.name();
    },
    context,
    startedAt: config.clock.now(),
    attributes: { method: request.method },
  };
  operations.start(operation);
  return operation;
}

/** Tells the listeners how it ended. */
export function endOperation({ operations }: Monitor, operation: Operation, ended: EndedRequest): void {
  const { status, aborted, errors, durationMs } = ended;
  operation.durationMs = durationMs;
  operation.outcome = aborted ? 'aborted' : status >= 500 ? 'error' : 'ok';
  if (errors.length > 0) operation.error = errors[0];
  Object.assign(operation.attributes, {
    path: ended.path,
    status_code: status,
    request_size_bytes: ended.requestBytes,
    response_size_bytes: ended.responseBytes,
  });
  operations.end(operation);
}
