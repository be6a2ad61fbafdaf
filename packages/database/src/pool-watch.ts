import type { AnyMethod, HistogramSeries } from '@telltale/core';
import type { PoolReader } from './database-metrics.ts';
import type { QueryObserver } from './observe-query.ts';
import type { DatabaseConfig } from './options.ts';

/** Of a stack, so many lines are shown. */
const STACK_LINES = 12;

/** A connection that is out of its pool. */
interface Hold {
  readonly since: number;
  /** Where it was taken. */
  readonly place: { readonly stack?: string } | undefined;
  reported: boolean;
}

/** Watches who takes connections of a pool, how long they wait for them, and how long they keep them. */
export class PoolWatch {
  readonly name: string;
  readonly #observer: QueryObserver;
  readonly #heldTooLongMs: number;
  readonly #traces: boolean;
  readonly #wait: HistogramSeries;
  readonly #held: HistogramSeries;
  readonly #holds = new Map<object, Hold>();
  readonly #removeFromGauges: () => void;
  #timer: NodeJS.Timeout | undefined;
  #byItself = false;

  constructor(observer: QueryObserver, config: DatabaseConfig, name: string, read: PoolReader['read']) {
    const { monitor, metrics } = observer;
    this.#observer = observer;
    this.#heldTooLongMs = config.heldTooLongMs;
    this.#traces = config.traceConnections ?? monitor.config.environment === 'development';
    this.name = metrics.freePoolName(config.name ?? name);
    this.#wait = metrics.poolWait.labels(this.name);
    this.#held = metrics.held.labels(this.name);
    this.#removeFromGauges = metrics.addPool({
      name: this.name,
      read: () => monitor.errors.guard('database', read, undefined),
    });
  }

  /** The time now, for `taken`. */
  now(): number {
    return this.#observer.monitor.config.clock.monotonic();
  }

  /** Whether a method of the pool runs that takes a connection and gives it back itself: nobody's place is of interest. */
  get byItself(): boolean {
    return this.#byItself;
  }

  /** Stands in for such a method. */
  marking(original: AnyMethod): AnyMethod {
    const mark = (on: boolean): void => {
      this.#byItself = on;
    };
    return function (this: unknown, ...args) {
      mark(true);
      try {
        return original.apply(this, args);
      } finally {
        mark(false);
      }
    };
  }

  /** Where this is called from, if that is wanted. Frames above `caller` only. */
  place(caller: (...args: never[]) => unknown): { readonly stack?: string } | undefined {
    if (!this.#traces) return undefined;
    const place = {};
    Error.captureStackTrace(place, caller);
    return place;
  }

  /**
   * A connection was handed out. `byItself`: the library will return it, so that one held for long is a slow statement
   * and nobody's oversight.
   */
  taken(connection: object, askedAt: number, byItself: boolean, place?: { readonly stack?: string }): void {
    const since = this.now();
    this.#wait.observe((since - askedAt) / 1000);
    this.#holds.set(connection, { since, place, reported: byItself });
    this.#timer ??= setInterval(() => this.#check(), Math.max(10, this.#heldTooLongMs / 2)).unref();
  }

  /** It came back, or is gone. */
  returned(connection: object): void {
    const hold = this.#holds.get(connection);
    if (hold === undefined) return;
    this.#holds.delete(connection);
    this.#held.observe((this.now() - hold.since) / 1000);
  }

  /** There was no connection to be had. */
  failed(error: unknown): void {
    this.#observer.startKnown('CONNECT', 'none', 'CONNECT')?.fail(error);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#holds.clear();
    this.#removeFromGauges();
  }

  #check(): void {
    const { monitor, metrics } = this.#observer;
    if (this.#holds.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = this.now();
    for (const hold of this.#holds.values()) {
      if (hold.reported || now - hold.since < this.#heldTooLongMs) continue;
      hold.reported = true;
      metrics.heldTooLong.labels(this.name).inc();
      monitor.logger.warning(`A connection of the pool ${this.name} was not returned`, {
        event_type: 'performance',
        pool: this.name,
        held_ms: Math.round(now - hold.since),
        threshold_ms: this.#heldTooLongMs,
        taken_at: hold.place?.stack
          ?.split('\n')
          .slice(1, STACK_LINES + 1)
          .map((line) => line.trim()),
      });
    }
  }
}
