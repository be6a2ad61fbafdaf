import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptCorrelationId, type Context, enterContext } from '@telltale/core';

/** Answers with the correlation ID, unless something before us has already put its own there. */
export function echoIdentifiers(request: IncomingMessage, response: ServerResponse, correlationId: string): void {
  if (response.headersSent) return;
  if (!response.hasHeader('x-correlation-id')) response.setHeader('x-correlation-id', correlationId);
  const requestId = request.headers['x-request-id'];
  if (requestId !== undefined && !response.hasHeader('x-request-id')) {
    response.setHeader('x-request-id', acceptCorrelationId(requestId) ?? correlationId);
  }
}

/**
 * Makes the listeners of a request's body run in its context. They are called by the parser, which knows nothing of
 * it, and what a body parser does next happens in them.
 */
export function keepContext(request: IncomingMessage, context: Context): void {
  const { emit } = request;
  request.emit = function (this: IncomingMessage, ...args: Parameters<typeof emit>) {
    return enterContext(context, () => emit.apply(this, args));
  } as typeof emit;
}
