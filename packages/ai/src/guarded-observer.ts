import { defaultMonitor, type Monitor } from '@telltale/core';
import type { AICall, AICallEnd, AICallObserver, AICallStart } from './ai-call.ts';
import type { MonitorAIOptions } from './integration-options.ts';
import { aiObserver } from './observe-ai-call.ts';
import { NO_CALL } from './observed-call.ts';

/** Who takes the calls: the monitor's own observer, which never fails, or the one that was given, guarded. */
export function observerOf({ monitor = defaultMonitor(), observer }: MonitorAIOptions): AICallObserver {
  return observer === undefined ? aiObserver(monitor) : new GuardedObserver(observer, monitor.errors);
}

type Errors = Monitor['errors'];

/** An observer whose failures are reported and reach nobody else. Only a refusal passes. */
class GuardedObserver implements AICallObserver {
  readonly recordsContent: boolean;
  readonly countsInput: boolean;
  readonly #observer: AICallObserver;
  readonly #errors: Errors;

  constructor(observer: AICallObserver, errors: Errors) {
    this.recordsContent = errors.guard('ai', () => observer.recordsContent === true, false);
    this.countsInput = errors.guard('ai', () => observer.countsInput !== false, false);
    this.#observer = observer;
    this.#errors = errors;
  }

  async begin(start: AICallStart): Promise<AICall> {
    try {
      const call = await this.#observer.begin(start);
      if (typeof call !== 'object' || call === null) throw new TypeError('begin() of an observer gave no call');
      return new GuardedCall(call, this.#errors);
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#errors.report('ai', error);
      return NO_CALL;
    }
  }
}

/** By its name: another installed copy has a class of its own. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'BudgetExceededError';
}

class GuardedCall implements AICall {
  readonly #call: AICall;
  readonly #errors: Errors;

  constructor(call: AICall, errors: Errors) {
    this.#call = call;
    this.#errors = errors;
  }

  attempt(): void {
    this.#tell(() => this.#call.attempt());
  }

  attemptFailed(error: unknown, httpStatus?: number): void {
    this.#tell(() => this.#call.attemptFailed(error, httpStatus));
  }

  firstToken(): void {
    this.#tell(() => this.#call.firstToken());
  }

  end(end: AICallEnd): void {
    this.#tell(() => this.#call.end(end));
  }

  /** A method that is asynchronous may fail later. */
  #tell(act: () => unknown): void {
    const report = (error: unknown): void => this.#errors.report('ai', error);
    try {
      const told = act();
      if (told instanceof Promise) told.catch(report);
    } catch (error) {
      report(error);
    }
  }
}
