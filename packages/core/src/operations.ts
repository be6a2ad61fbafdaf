import type { Context } from './context/context.ts';

/** The domains that observe operations. */
export type OperationKind = 'http' | 'http_client' | 'database' | 'cache' | 'queue' | 'ai' | 'function';

/** How an operation ended. `aborted`: whoever asked for it went away first. */
export type Outcome = 'ok' | 'error' | 'aborted';

/** One measured piece of work, as every domain describes it. */
export interface Operation {
  readonly kind: OperationKind;
  /** Bounded: a route, `SELECT orders`, a job's name. A getter where it is known only later. */
  readonly name: string;
  /** The context that it ran in. */
  readonly context: Context | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Milliseconds; set when it ends. */
  durationMs?: number;
  outcome?: Outcome;
  error?: unknown;
  /** The domain's own figures, named as in its metrics: `status_code`, `input_tokens`, `rows`. */
  readonly attributes: Record<string, string | number | boolean | undefined>;
}

/** Told of operations; what it throws is reported and goes no further. */
export interface OperationListener {
  onStart?(operation: Operation): void;
  onEnd?(operation: Operation): void;
}

/** Hands operations to whoever subscribed: tracing makes spans of them, the live page the story of a request. */
export class Operations {
  #listeners: readonly OperationListener[] = [];
  readonly #reportError: (component: string, error: unknown) => void;

  constructor(reportError: (component: string, error: unknown) => void) {
    this.#reportError = reportError;
  }

  /** Whether anybody listens. Where nobody does, an observer makes no record at all. */
  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: OperationListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }

  start(operation: Operation): void {
    for (const listener of this.#listeners) {
      try {
        listener.onStart?.(operation);
      } catch (error) {
        this.#reportError('operations', error);
      }
    }
  }

  end(operation: Operation): void {
    for (const listener of this.#listeners) {
      try {
        listener.onEnd?.(operation);
      } catch (error) {
        this.#reportError('operations', error);
      }
    }
  }
}
