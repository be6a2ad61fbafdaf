import type { QueryObserver } from './observe-query.ts';
import type { TransactionStep } from './statement/operations.ts';

/** How a transaction ended. */
type TransactionOutcome = 'commit' | 'rollback' | 'error';

/** One connection's transaction, if it has one open. */
export class ConnectionWatch {
  readonly #observer: QueryObserver;
  #openSince: number | undefined;

  constructor(observer: QueryObserver) {
    this.#observer = observer;
  }

  /** Takes note of a statement that ended. `undone`: it was a COMMIT, and the server rolled back. */
  note(step: TransactionStep, startedAt: number, failed: boolean, undone: boolean): void {
    if (step === 'begin') {
      if (!failed) this.#openSince ??= startedAt;
    } else if (step === 'commit') this.#end(failed || undone ? 'error' : 'commit');
    else this.#end(failed ? 'error' : 'rollback');
  }

  /** The connection is gone, and with it what it had open. */
  lost(): void {
    this.#end('error');
  }

  #end(outcome: TransactionOutcome): void {
    if (this.#openSince === undefined) return;
    this.#observer.transactionEnded(outcome, this.#openSince);
    this.#openSince = undefined;
  }
}
