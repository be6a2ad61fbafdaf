import { setImmediate } from 'node:timers/promises';
import { EvaluationError, QueryCanceledError, QueryTimeoutError } from '../errors.ts';

/** What a query may use before it is stopped. */
export interface Limits {
  /** Samples read and computed, all told. @default 50_000_000 */
  readonly maxSamples?: number;
  /** Series read. @default 100_000 */
  readonly maxSeries?: number;
  /** Steps of a range query. @default 11_001, which is what Prometheus's HTTP API lets through */
  readonly maxSteps?: number;
  /** Milliseconds from start to end. @default 120_000 */
  readonly timeoutMs?: number;
}

const DEFAULT_LIMITS: Required<Limits> = {
  maxSamples: 50_000_000,
  maxSeries: 100_000,
  maxSteps: 11_001,
  timeoutMs: 120_000,
};

/** How long a query may hold the event loop, and how many values it handles between looks at the clock. */
const TURN_MS = 5;
const WORK_BETWEEN_LOOKS = 50_000;

/** Keeps one query within its limits, and gives the event loop its turns. */
export class Budget {
  readonly limits: Required<Limits>;
  readonly signal: AbortSignal | undefined;
  readonly #now: () => number;
  readonly #deadline: number;
  #turnEnds: number;
  #work = 0;
  #samples = 0;
  #series = 0;

  constructor(limits: Limits | undefined, signal: AbortSignal | undefined, now: () => number) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.signal = signal;
    this.#now = now;
    this.#deadline = now() + this.limits.timeoutMs;
    this.#turnEnds = now() + TURN_MS;
  }

  takeSamples(count: number): void {
    this.#samples += count;
    if (this.#samples <= this.limits.maxSamples) return;
    throw new EvaluationError(
      `query processing would load too many samples into memory: more than ${this.limits.maxSamples} (limits.maxSamples)`,
    );
  }

  takeSeries(count: number): void {
    this.#series += count;
    if (this.#series <= this.limits.maxSeries) return;
    throw new EvaluationError(
      `query would read too many series: more than ${this.limits.maxSeries} (limits.maxSeries)`,
    );
  }

  /**
   * Notes work done, in values handled. Where it returns true, `await pause()` before going on.
   */
  spend(work: number): boolean {
    this.#work += work;
    if (this.#work < WORK_BETWEEN_LOOKS) return false;
    this.#work = 0;
    return this.#now() >= this.#turnEnds;
  }

  /** Gives the event loop its turn. */
  async pause(): Promise<void> {
    this.check();
    await setImmediate();
    this.check();
    this.#turnEnds = this.#now() + TURN_MS;
  }

  /** Waits for what cannot be interrupted itself, no longer than until the query is aborted. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    if (signal === undefined) return work;
    let abort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(new QueryCanceledError(signal.reason));
      signal.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Throws where the query was aborted or has run out of time. */
  check(): void {
    if (this.signal?.aborted) throw new QueryCanceledError(this.signal.reason);
    if (this.#now() > this.#deadline) throw new QueryTimeoutError(this.limits.timeoutMs);
  }
}
