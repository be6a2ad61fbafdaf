import type { Clock } from './clock.ts';

/** What is told of Telltale's own failures. */
export interface InternalErrorSinks {
  /** The user's `onError`, if any. */
  readonly onError: ((error: unknown, component: string) => void) | undefined;
  /** Counts the failure in `telltale_internal_errors_total`. */
  readonly count: (component: string) => void;
  /** Writes a log line; called at most once a minute, with how many failures went unwritten since the last. */
  readonly log: (component: string, error: unknown, unwritten: number) => void;
}

const LOG_EVERY_MS = 60_000;

/** Where Telltale's own failures go instead of into the service. Never throws. */
export class InternalErrors {
  readonly #clock: Clock;
  readonly #sinks: InternalErrorSinks;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #unwritten = 0;
  #reporting = false;

  constructor(clock: Clock, sinks: InternalErrorSinks) {
    this.#clock = clock;
    this.#sinks = sinks;
  }

  readonly report = (component: string, error: unknown): void => {
    // A failure while reporting a failure ends here: counting or logging it again could go on for ever.
    if (this.#reporting) return;
    this.#reporting = true;
    try {
      attempt(() => this.#sinks.count(component));
      attempt(() => this.#sinks.onError?.(error, component));
      attempt(() => this.#log(component, error));
    } finally {
      this.#reporting = false;
    }
  };

  #log(component: string, error: unknown): void {
    const now = this.#clock.monotonic();
    if (now - this.#loggedAt < LOG_EVERY_MS) {
      this.#unwritten++;
      return;
    }
    const unwritten = this.#unwritten;
    this.#loggedAt = now;
    this.#unwritten = 0;
    this.#sinks.log(component, error, unwritten);
  }

  /** Runs `fn`; a throw is reported and `fallback` returned in its place. */
  guard<T>(component: string, fn: () => T, fallback: T): T {
    try {
      return fn();
    } catch (error) {
      this.report(component, error);
      return fallback;
    }
  }
}

function attempt(fn: () => void): void {
  try {
    fn();
  } catch {
    // Nobody is left to tell.
  }
}
