import type { CommandObservation } from './command-observation.ts';

/** A transaction that is never carried out must not grow for ever; what is past this is not counted. */
const LONGEST = 100_000;

/**
 * The commands between `MULTI` and `EXEC`. Each is answered by `QUEUED`; what became of it, the reply to `EXEC` says.
 * A command that is left out of the figures keeps its place.
 */
export class Transaction {
  readonly #commands: (CommandObservation | undefined)[] = [];

  add(command: CommandObservation | undefined): void {
    if (this.#commands.length < LONGEST) this.#commands.push(command);
  }

  /** Whether all that it holds is left out of the figures, and it does hold something. */
  get ignored(): boolean {
    return this.#commands.length > 0 && this.#commands.every((command) => command === undefined);
  }

  /** Ends its commands by the reply to `EXEC`: a list, or null where a watched key had changed. */
  executed(replies: unknown): void {
    if (!Array.isArray(replies)) {
      this.aborted();
      return;
    }
    // What was refused when it was queued has ended by then and has no reply.
    let at = 0;
    for (const command of this.#commands) {
      if (command?.ended) continue;
      const reply = replies[at++];
      if (reply instanceof Error) command?.fail(reply);
      else command?.succeed(reply);
    }
  }

  /** Ends its commands as not carried out. */
  aborted(): void {
    for (const command of this.#commands) command?.abort();
  }
}
