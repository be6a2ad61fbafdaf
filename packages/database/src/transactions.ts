import type { QueryObserver } from './observe-query.ts';
import type { TransactionStep } from './statement/operations.ts';

/** How a transaction ended. */
type TransactionOutcome = 'commit' | 'rollback' | 'error';

/** What a driver knows of its connection. */
export interface ConnectionState {
  /** Whether a transaction is open, failed or not; `undefined` where the driver does not say. */
  inTransaction(): boolean | undefined;
  /** Calls back when that is known again after a statement that failed; at once where there is none. */
  readonly whenKnown?: (settle: () => void) => void;
}

/** How a statement ended, as far as its transaction goes. */
export interface StatementEnd {
  readonly startedAt: number;
  readonly failed: boolean;
  /** It was a COMMIT, and the server rolled back. */
  readonly undone: boolean;
  /** What the server said of the transaction with its answer. */
  readonly inTransaction: boolean | undefined;
}

const UNKNOWN: ConnectionState = { inTransaction: () => undefined };

/** One connection's transaction, if it has one open: by the statements, and by what the driver says where it does. */
export class ConnectionWatch {
  readonly #observer: QueryObserver;
  readonly #state: ConnectionState;
  #openSince: number | undefined;
  /** A statement failed since the last that did not. */
  #failing = false;

  constructor(observer: QueryObserver, state: ConnectionState = UNKNOWN) {
    this.#observer = observer;
    this.#state = state;
  }

  /** Takes note of a statement that ended. */
  note(steps: readonly TransactionStep[], end: StatementEnd): void {
    const { whenKnown } = this.#state;
    if (!end.failed) this.#succeeded(steps, end);
    else if (whenKnown === undefined) this.#failed(steps, end);
    else if (steps.length > 0) whenKnown(() => this.#failed(steps, end));
  }

  /** The connection is gone, and with it what it had open. */
  lost(): void {
    this.ended('error');
  }

  /** It has one open. */
  begun(startedAt: number): void {
    // In the others it changes nothing, or is an error.
    if (this.#observer.system === 'mysql') this.#endedByItself();
    this.#openSince ??= startedAt;
  }

  /** What it had open is over. */
  ended(outcome: TransactionOutcome): void {
    if (this.#openSince === undefined) return;
    this.#observer.transactionEnded(outcome, this.#openSince);
    this.#openSince = undefined;
  }

  #succeeded(steps: readonly TransactionStep[], end: StatementEnd): void {
    for (const step of steps) {
      if (step === 'begin') this.begun(end.startedAt);
      else this.ended(step === 'commit' && end.undone ? 'error' : step);
    }
    const open = end.inTransaction ?? this.#state.inTransaction();
    if (open) this.#openSince ??= end.startedAt;
    else if (open === false) this.#endedByItself();
    this.#failing = false;
  }

  /** By a statement that commits by itself, or since the server gave up what failed. */
  #endedByItself(): void {
    this.ended(this.#failing ? 'rollback' : 'commit');
  }

  /** Of several statements, those before the one that failed were run. */
  #failed(steps: readonly TransactionStep[], { startedAt }: StatementEnd): void {
    this.#failing = true;
    const open = this.#state.inTransaction();
    const ends = steps.some((step) => step !== 'begin');
    if (open) this.#openSince ??= startedAt;
    else if (open === undefined) {
      if (ends) this.ended('error');
    } else {
      if (ends && steps[0] === 'begin') this.#openSince ??= startedAt;
      this.ended(ends ? 'error' : 'rollback');
    }
  }
}
