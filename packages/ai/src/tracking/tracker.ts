import type { AICall, AICallEnd } from '../ai-call.ts';
import type { Usage } from '../usage.ts';

/** One call that is tracked by hand. No method throws, and each may be called again. */
export interface AICallTracker {
  /**
   * Ends the call. `costUsd` is US dollars as the caller knows them; without it the call is priced by the price table, and
   * counted as unpriced where that does not know the model. With an error the call has failed, or was given up if it is
   * an `AbortError`. Returns what it cost, where that is known.
   */
  end(inputTokens: number, outputTokens: number, costUsd?: number, error?: unknown): number | undefined;
  /** Ends the call with all that is known of what it used, priced by the price table. */
  end(usage?: Usage, error?: unknown): number | undefined;
  /** Notes what the call used, for when it ends by itself. */
  usage(usage: Usage): void;
  /** Notes the first piece of the answer. */
  firstToken(): void;
  /** Notes another request for the same call: call it for the first one too. */
  attempt(): void;
  /** Notes that a request failed and is made again. */
  attemptFailed(error: unknown, httpStatus?: number): void;
  /**
   * Notes that the service's own cache had the answer: what the usage would have cost is counted as saved, not as spent.
   */
  cacheHit(): void;
  /** Notes that the service's own cache was asked in vain. */
  cacheMiss(): void;
}

/** A call as this or another installed copy observes it; one that nobody observes has neither a cache nor a cost. */
interface TrackedCall extends AICall {
  end(end: AICallEnd): unknown;
  cacheLookup?(hit: boolean): void;
}

/** Translates what a caller says into what the observer takes. Its methods may be taken apart from it. */
export class Tracker implements AICallTracker {
  readonly #call: TrackedCall;
  #usage: Usage | undefined;
  #ended = false;

  constructor(call: AICall) {
    this.#call = call;
  }

  readonly end = (first?: number | Usage, second?: unknown, third?: unknown, fourth?: unknown): number | undefined =>
    typeof first === 'number'
      ? this.#endWith(this.counted(first, second as number, third, fourth))
      : this.#endWith({ usage: first ?? this.#usage, error: second });

  /** Ends the call if nobody has. */
  finish(error?: unknown): void {
    if (!this.#ended) this.#endWith({ usage: this.#usage, error });
  }

  /** What `end` is told in numbers. */
  protected counted(inputTokens: number, outputTokens: number, third: unknown, fourth: unknown): AICallEnd {
    return { usage: { inputTokens, outputTokens }, costUsd: third as number | undefined, error: fourth };
  }

  #endWith(end: AICallEnd): number | undefined {
    this.#ended = true;
    const costUsd = this.#call.end(end);
    return typeof costUsd === 'number' ? costUsd : undefined;
  }

  readonly usage = (usage: Usage): void => {
    this.#usage = usage;
  };

  readonly firstToken = (): void => this.#call.firstToken();

  readonly attempt = (): void => this.#call.attempt();

  readonly attemptFailed = (error: unknown, httpStatus?: number): void => this.#call.attemptFailed(error, httpStatus);

  readonly cacheHit = (): void => this.#call.cacheLookup?.(true);

  readonly cacheMiss = (): void => this.#call.cacheLookup?.(false);
}
