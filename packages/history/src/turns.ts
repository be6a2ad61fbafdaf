import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets the event loop have its turn: `await turns.give()` costs a look at the clock until `ms` have passed since the
 * last turn.
 */
export class Turns {
  readonly #ms: number;
  #ends: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.#ends = performance.now() + ms;
  }

  /** Whether it is time to. */
  get due(): boolean {
    return performance.now() > this.#ends;
  }

  async give(): Promise<void> {
    await nextTurn();
    this.#ends = performance.now() + this.#ms;
  }
}
