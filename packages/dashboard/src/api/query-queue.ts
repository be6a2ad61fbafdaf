import { ApiError, timedOut } from './api-error.ts';

/** How many questions are worked on, and how many may wait. */
export interface QueueOptions {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

interface Waiting {
  readonly enter: () => void;
}

/** Lets a few questions in at a time, so that asking never starves the service. */
export class QueryQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` when it is its turn.
   *
   * @throws {ApiError} where too many are waiting, or `signal` or the time is up before it is let in.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> {
    if (this.#running >= this.#options.maxConcurrent) await this.#wait(signal, timeoutMs);
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #wait(signal: AbortSignal, timeoutMs: number): Promise<void> {
    const { maxConcurrent, maxQueued } = this.#options;
    if (this.#waiting.size >= maxQueued) {
      const reason = `too many queries: ${maxConcurrent} run and ${maxQueued} wait; ask again later`;
      throw new ApiError('unavailable', reason);
    }
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#waiting.delete(waiting);
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        act();
      };
      const waiting = { enter: () => settle(resolve) };
      const abort = () => settle(() => reject(new ApiError('canceled', 'query was canceled')));
      const timer = setTimeout(() => settle(() => reject(timedOut(timeoutMs))), timeoutMs);
      timer.unref();
      signal.addEventListener('abort', abort);
      this.#waiting.add(waiting);
    });
  }

  /** Whoever waited longest takes over the place. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next.enter();
  }
}
