import type { Context } from '@telltale/core';
import type { AICall, AICallEnd, AICallStart } from './ai-call.ts';
import type { Reservation } from './budgets/budgets.ts';
import { CallRecord } from './call-record.ts';
import type { AIObserver } from './observe-ai-call.ts';

/** What becomes of calls that are not observed. */
export const NO_CALL: AICall = { attempt() {}, attemptFailed() {}, firstToken() {}, end() {} };

/** Whoever drops a call without ending it leaves its record behind, which then ends itself. */
const dropped = new FinalizationRegistry<CallRecord>((record) => record.drop());

/** One model call, as whoever makes it sees it. */
export class ObservedCall implements AICall {
  readonly #record: CallRecord;

  constructor(
    observer: AIObserver,
    start: AICallStart,
    context: Context | undefined,
    reservation: Reservation | undefined,
  ) {
    this.#record = new CallRecord(observer, start, context, reservation);
    dropped.register(this, this.#record, this.#record);
  }

  attempt(): void {
    this.#record.attempts++;
  }

  attemptFailed(error: unknown, httpStatus?: number): void {
    this.#record.guarded(() => this.#record.attemptFailed(error, httpStatus));
  }

  firstToken(): void {
    this.#record.guarded(() => this.#record.firstToken());
  }

  /** Says that the service's own cache was asked, and whether it had the answer. */
  cacheLookup(hit: boolean): void {
    this.#record.cacheHit = hit;
  }

  /** Returns what it cost, in US dollars, where that is known. */
  end(end: AICallEnd): number | undefined {
    const record = this.#record;
    const { errors } = record.observer.monitor;
    if (record.ended) {
      errors.guard('ai', () => record.observer.metrics.mistake('ended_twice'), undefined);
      return undefined;
    }
    dropped.unregister(record);
    return errors.guard('ai', () => record.end(end), undefined);
  }
}
