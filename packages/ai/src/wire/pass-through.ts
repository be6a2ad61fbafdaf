import type { UnderlyingByteSource, UnderlyingSource } from 'node:stream/web';

/** Who looks at a body on its way. None of these may throw. */
export interface BodyWatch {
  /** A piece of it; what is returned is given on, nothing where it is empty. The bytes must not be kept. */
  chunk(bytes: Uint8Array): Uint8Array;
  /** The end. What is returned is given on before it. */
  done(): Uint8Array | undefined;
  failed(error: unknown): void;
  /** The reader went away; also where it was dropped without a word. */
  cancelled(): void;
}

/** Without us, undici cancels the body of a response that was dropped; one that we read it leaves to us. */
const dropped = new FinalizationRegistry<Flow>((flow) => flow.drop());

/**
 * The response with a body that is watched on its way: pulled only when it is asked for, cancelled with its reader,
 * never copied. Everything else about the response is as it was. Where its body cannot be watched (there is none, or
 * it is not a web stream), it is the response that was given.
 */
export function watchBody(response: Response, watch: BodyWatch): Response | undefined {
  const { body } = response;
  if (body === null || typeof body?.getReader !== 'function' || body.locked || response.bodyUsed) return undefined;
  const byBytes = isByteStream(body);
  const flow = new Flow(body.getReader(), watch);
  const source = {
    pull: (controller: Controller) => flow.pull(controller),
    cancel: (why: unknown) => flow.cancel(why),
  };
  const stream = byBytes
    ? new ReadableStream({ ...source, type: 'bytes' } as UnderlyingByteSource)
    : new ReadableStream(source as UnderlyingSource, { highWaterMark: 0 });
  dropped.register(stream, flow, flow);
  return withBody(response, stream);
}

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/** Must not know the stream that it feeds, whose disappearance it waits for. */
class Flow {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #watch: BodyWatch;
  #over = false;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, watch: BodyWatch) {
    this.#reader = reader;
    this.#watch = watch;
    // An abort is heard of even where nobody reads on.
    reader.closed.then(undefined, (error) => this.#fail(error));
  }

  // Not an async function: what a piece costs, each piece of every stream costs.
  pull(controller: Controller): Promise<void> {
    return this.#reader.read().then(
      ({ done, value }) => {
        if (done) return this.#close(controller);
        const bytes = this.#watch.chunk(value);
        if (bytes.byteLength === 0) return this.pull(controller);
        controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
        return undefined;
      },
      (error) => {
        this.#fail(error);
        throw error;
      },
    );
  }

  #close(controller: Controller): void {
    const rest = this.#settle() ? this.#watch.done() : undefined;
    if (rest !== undefined && rest.byteLength > 0) controller.enqueue(rest as Uint8Array<ArrayBuffer>);
    controller.close();
    // A reader with a buffer of its own waits for an answer of no bytes.
    if ('byobRequest' in controller) controller.byobRequest?.respond(0);
  }

  cancel(reason: unknown): Promise<void> {
    if (this.#settle()) this.#watch.cancelled();
    return this.#reader.cancel(reason);
  }

  drop(): void {
    if (!this.#settle()) return;
    this.#watch.cancelled();
    this.#reader.cancel().catch(() => {});
  }

  #fail(error: unknown): void {
    if (this.#settle()) this.#watch.failed(error);
  }

  #settle(): boolean {
    if (this.#over) return false;
    this.#over = true;
    dropped.unregister(this);
    return true;
  }
}

function isByteStream(body: ReadableStream): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A response's own class makes its like; what a constructor cannot set is put on it. */
function withBody(original: Response, stream: ReadableStream): Response {
  const { status, statusText, headers } = original;
  const Class = original.constructor as typeof Response;
  const response = new Class(stream, { status, statusText, headers });
  return dress(response, original);
}

function dress(response: Response, original: Response): Response {
  const { url, redirected, type, headers } = original;
  const clone = response.clone.bind(response);
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    headers: { value: headers },
    clone: { value: () => dress(clone(), original) },
  });
}
