import type { Flow } from './flow.ts';

type Result = IteratorResult<Uint8Array, unknown>;
type Options = Readonly<{ preventCancel?: boolean }>;

/** What the iterators of streams inherit. */
const IteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);

/**
 * Lets whoever iterates over a stream take its pieces where they come from, past the stream itself, at a fraction of
 * the cost. To everybody else the stream is locked and read meanwhile, as it would be.
 */
export function iterateByFlow(stream: ReadableStream<Uint8Array>, flow: Flow): void {
  const values = {
    value: (options: Options = {}) => iterate(stream.getReader(), flow, options),
    writable: true,
    configurable: true,
  };
  Object.defineProperties(stream, { values, [Symbol.asyncIterator]: values });
}

function iterate(
  lock: ReadableStreamDefaultReader<Uint8Array>,
  flow: Flow,
  { preventCancel = false }: Options,
): object {
  let last: Promise<Result> | undefined;
  let pending = 0;
  let over = false;

  const end = (cancels: boolean, reason?: unknown): Promise<void> | undefined => {
    over = true;
    const cancelled = cancels ? lock.cancel(reason) : undefined;
    flow.iterated = false;
    lock.releaseLock();
    return cancelled;
  };
  const passed = (result: Result): Result => {
    pending--;
    if (result.done) end(true)?.catch(ignore);
    return result;
  };
  // One promise for each piece, no more: every piece of every stream pays for it.
  const read = (piece: Awaited<ReturnType<Flow['read']>>): Result | Promise<Result> => {
    const given = flow.pass(piece);
    return given instanceof Promise ? given.then(passed, broke) : passed(given);
  };
  const broke = (error: unknown): never => {
    flow.fail(error);
    pending--;
    end(true)?.catch(ignore);
    throw error;
  };
  const next = (): Promise<Result> => {
    if (over) return after(undefined);
    if (!flow.iterated) {
      flow.iterated = true;
      lock.read().catch(ignore);
    }
    return flow.read().then(read, broke);
  };
  const after = async (reason: unknown): Promise<Result> => {
    pending--;
    if (!over) await end(!preventCancel, reason);
    return { done: true, value: reason };
  };
  // One after the other, as they were asked for.
  const queue = (step: () => Promise<Result>): Promise<Result> => {
    last = pending++ === 0 ? step() : last!.then(step, step);
    return last;
  };
  return Object.setPrototypeOf(
    { next: () => queue(next), return: (reason?: unknown) => queue(() => after(reason)) },
    IteratorPrototype,
  );
}

function ignore(): void {}
