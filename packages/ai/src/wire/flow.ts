/** Who looks at a body on its way. None of these may throw. */
export interface BodyWatch {
  /** A piece of it, most often bytes, which must not be kept; what is returned is given on. */
  chunk(piece: unknown): unknown;
  /** The end. What is returned is given on before it. */
  done(): unknown;
  failed(error: unknown): void;
  /** The reader went away; also where it was dropped without a word. */
  cancelled(): void;
}

type Read = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>;
type Piece = IteratorResult<Uint8Array, undefined>;
type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/** Without us, undici cancels the body of a response that was dropped; one that we read it leaves to us. */
const dropped = new FinalizationRegistry<Flow>((flow) => flow.drop());

/**
 * A body that is read through a watch, by the stream that is given on or past it. It must not know that stream, whose
 * disappearance it waits for.
 */
export class Flow {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #watch: BodyWatch;
  #over = false;
  /** Who iterates takes the pieces from here: the stream itself, though it is asked for one, has none to bring. */
  iterated = false;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, watch: BodyWatch) {
    this.#reader = reader;
    this.#watch = watch;
    // An abort is heard of even where nobody reads on.
    reader.closed.then(undefined, (error) => this.fail(error));
  }

  /** Ends when this stream is dropped. */
  feeds(stream: ReadableStream): void {
    dropped.register(stream, this, this);
  }

  /** The next piece as it comes, to go through {@link pass}; or else what it fails with, through {@link fail}. */
  read(): Promise<Read> {
    return this.#reader.read();
  }

  /** What is given on of a piece. Where that is nothing, of the next. */
  pass(piece: Read): Piece | Promise<Piece> {
    if (piece.done) {
      const rest = this.#settle() ? this.#watch.done() : undefined;
      return rest === undefined ? END : pieceOf(rest);
    }
    const given = this.#watch.chunk(piece.value);
    if (given === piece.value) return piece;
    return given === undefined ? this.#next() : pieceOf(given);
  }

  #next(): Promise<Piece> {
    return this.#reader.read().then(
      (piece) => this.pass(piece),
      (error) => {
        this.fail(error);
        throw error;
      },
    );
  }

  pull(controller: Controller): Promise<void> | undefined {
    if (this.iterated) return undefined;
    return this.#next().then(({ done, value }) => {
      if (!done) controller.enqueue(value as Uint8Array<ArrayBuffer>);
      else {
        controller.close();
        // A reader with a buffer of its own waits for an answer of no bytes.
        if ('byobRequest' in controller) controller.byobRequest?.respond(0);
      }
    });
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

  fail(error: unknown): void {
    if (this.#settle()) this.#watch.failed(error);
  }

  #settle(): boolean {
    if (this.#over) return false;
    this.#over = true;
    dropped.unregister(this);
    return true;
  }
}

/** Whatever the source brings as bytes is bytes to whom it is given on. */
function pieceOf(value: unknown): Piece {
  return { done: false, value: value as Uint8Array };
}

const END: Piece = Object.freeze({ done: true, value: undefined });
