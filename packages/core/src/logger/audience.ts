import type winston from 'winston';
import type Transport from 'winston-transport';
import { type LogMethod, methodOf, WINSTON_LEVELS } from './levels.ts';

/**
 * Who takes the records of a logger: its own transport, and others. All is looked up anew for each record, since users
 * add transports and change levels while the service runs.
 */
export class Audience {
  readonly #logger: winston.Logger;
  readonly #own: Transport;
  readonly #format: winston.Logform.Format;

  constructor(logger: winston.Logger, own: Transport) {
    this.#logger = logger;
    this.#own = own;
    this.#format = logger.format;
  }

  /** Whether its own transport takes a record, and directly, and nobody else does: as it mostly is, in one look. */
  isAlone(method: LogMethod): boolean {
    const { transports } = this.#logger;
    return (
      transports.length === 1 &&
      this.#isDirect(transports) &&
      this.#takes(this.#own, method) &&
      this.#logger.listenerCount('data') === 1
    );
  }

  /** Whether its own transport takes a record and nothing but the untouched format is in the way of it. */
  takesDirectly(method: LogMethod): boolean {
    return this.#isDirect(this.#logger.transports) && this.#takes(this.#own, method);
  }

  /** Whether somebody takes a record by winston's way: a transport, or whoever reads the logger as a stream. */
  takesByWinston(method: LogMethod): boolean {
    const { silent, transports } = this.#logger;
    if (silent) return false;
    // Each transport is one listener.
    if (this.#logger.listenerCount('data') > transports.length) return true;
    const isDirect = this.#isDirect(transports);
    if (isDirect && transports.length === 1) return false;
    return transports.some((transport) => (transport !== this.#own || !isDirect) && this.#takes(transport, method));
  }

  #isDirect(transports: readonly Transport[]): boolean {
    const { format, silent } = this.#logger;
    return format === this.#format && this.#own.format === undefined && !silent && transports.includes(this.#own);
  }

  #takes(transport: Transport, method: LogMethod): boolean {
    return !transport.silent && WINSTON_LEVELS[method] <= rankOf(transport.level ?? this.#logger.level);
  }
}

function rankOf(level: string): number {
  return WINSTON_LEVELS[level as LogMethod] ?? WINSTON_LEVELS[methodOf(level) ?? 'info'];
}
