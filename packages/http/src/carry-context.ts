import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptCorrelationId, type Context, enterContext } from '@telltale/core';

/** Where a framework keeps the headers of a response until it writes them. */
export interface PendingHead {
  hasHeader(name: string): boolean;
  header(name: string, value: string): unknown;
}

/** Answers with the correlation ID, unless something before us has already put its own there. */
export function echoIdentifiers(
  request: IncomingMessage,
  head: ServerResponse | PendingHead,
  correlationId: string,
): void {
  if (!head.hasHeader('x-correlation-id')) put(head, 'x-correlation-id', correlationId);
  const requestId = request.headers['x-request-id'];
  if (requestId !== undefined && !head.hasHeader('x-request-id')) {
    put(head, 'x-request-id', acceptCorrelationId(requestId) ?? correlationId);
  }
}

/** Whether what `writeHead` was given has the correlation ID in it. */
export function echoes(headers: unknown): boolean {
  return typeof headers === 'object' && headers !== null && 'x-correlation-id' in headers;
}

function put(head: ServerResponse | PendingHead, name: string, value: string): void {
  if (!('setHeader' in head)) head.header(name, value);
  else if (!head.headersSent) head.setHeader(name, value);
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
