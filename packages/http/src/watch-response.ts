import type { IncomingMessage, ServerResponse } from 'node:http';

/** What watching a response tells. */
export interface ResponseWatcher {
  /** The head is about to be sent, with `headers` if `writeHead` was given any. Called once. */
  onHead(headers: unknown): void;
  /** So many bytes of the body were handed over. */
  onBytes(count: number): void;
}

/**
 * Watches what a handler does with its response. `writeHead`, `write` and `end` of this one response are wrapped;
 * arguments, return values, callbacks and errors stay as they are, so that backpressure does too.
 */
export function watchResponse(response: ServerResponse, watcher: ResponseWatcher): void {
  const { writeHead, write, end } = response;
  let headSent = false;
  let inEnd = false;

  response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
    if (!headSent) {
      headSent = true;
      watcher.onHead(args[args.length - 1]);
    }
    return writeHead.apply(this, args as Parameters<typeof writeHead>);
  } as typeof writeHead;

  response.write = function (this: ServerResponse, ...args: unknown[]) {
    // HTTP/2's `end` calls `write`; its chunk is counted there.
    if (!inEnd) watcher.onBytes(sizeOf(args[0], args[1]));
    return write.apply(this, args as Parameters<typeof write>);
  } as typeof write;

  response.end = function (this: ServerResponse, ...args: unknown[]) {
    // What is handed to a response that has ended goes nowhere.
    if (!this.writableEnded) watcher.onBytes(sizeOf(args[0], args[1]));
    inEnd = true;
    try {
      return end.apply(this, args as Parameters<typeof end>);
    } finally {
      inEnd = false;
    }
  } as typeof end;
}

/** Counts the body of a request that does not say how long it is, as the parser hands it over. */
export function watchRequestBody(request: IncomingMessage, onBytes: (count: number) => void): void {
  const { push } = request;
  request.push = function (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding) {
    onBytes(sizeOf(chunk, encoding));
    return push.call(this, chunk, encoding);
  };
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}
