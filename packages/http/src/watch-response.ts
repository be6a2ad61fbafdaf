import type { IncomingMessage, ServerResponse } from 'node:http';

/** What watching a response tells. */
export interface ResponseWatcher {
  /** The head is about to be sent, with `headers` if `writeHead` was given any. Called once. */
  onHead(headers: unknown): void;
  /** So many bytes of the body were handed over. */
  onBytes(count: number): void;
}

/** What is kept of a response that is watched. */
class Watch {
  readonly watcher: ResponseWatcher;
  readonly writeHead: ServerResponse['writeHead'];
  readonly write: ServerResponse['write'];
  readonly end: ServerResponse['end'];
  headSent = false;
  inEnd = false;

  constructor({ writeHead, write, end }: ServerResponse, watcher: ResponseWatcher) {
    this.watcher = watcher;
    this.writeHead = writeHead;
    this.write = write;
    this.end = end;
  }
}

const WATCH = Symbol('telltale.watch');

type Watched = ServerResponse & { [WATCH]: Watch };

/**
 * Watches what a handler does with its response. `writeHead`, `write` and `end` of this one response are wrapped;
 * arguments, return values, callbacks and errors stay as they are, so that backpressure does too.
 *
 * All responses share the three functions: with closures of its own each would outlive several collections, and bring
 * its request along.
 */
export function watchResponse(response: ServerResponse, watcher: ResponseWatcher): void {
  (response as Watched)[WATCH] = new Watch(response, watcher);
  response.writeHead = writeHead as typeof response.writeHead;
  response.write = write as typeof response.write;
  response.end = end as typeof response.end;
}

function writeHead(this: Watched, ...args: unknown[]) {
  const watch = this[WATCH];
  if (!watch.headSent) {
    watch.headSent = true;
    watch.watcher.onHead(args[args.length - 1]);
  }
  return watch.writeHead.apply(this, args as Parameters<ServerResponse['writeHead']>);
}

function write(this: Watched, ...args: unknown[]) {
  const watch = this[WATCH];
  // HTTP/2's `end` calls `write`; its chunk is counted there.
  if (!watch.inEnd) watch.watcher.onBytes(sizeOf(args[0], args[1]));
  return watch.write.apply(this, args as Parameters<ServerResponse['write']>);
}

function end(this: Watched, ...args: unknown[]) {
  const watch = this[WATCH];
  // What is handed to a response that has ended goes nowhere.
  if (!this.writableEnded) watch.watcher.onBytes(sizeOf(args[0], args[1]));
  watch.inEnd = true;
  try {
    return watch.end.apply(this, args as Parameters<ServerResponse['end']>);
  } finally {
    watch.inEnd = false;
  }
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
