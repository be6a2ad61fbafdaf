/** A day that passes faster than ours, and how busy its hours are. */
export class Day {
  readonly #lengthMs: number;
  readonly #begun = performance.now();

  /** It begins at nine in the morning. */
  constructor(minutes: number) {
    this.#lengthMs = minutes * 60_000;
  }

  /** Days since the first midnight. */
  #now(): number {
    return 9 / 24 + (performance.now() - this.#begun) / this.#lengthMs;
  }

  /** From 0.2 at four in the morning to 1 at four in the afternoon. */
  busyness(): number {
    return 0.6 - 0.4 * Math.cos(2 * Math.PI * (this.#now() - 4 / 24));
  }

  /** Such as `day 1 14:20`. */
  toString(): string {
    const minutes = Math.floor(this.#now() * 24 * 60);
    const clock = [Math.floor(minutes / 60) % 24, minutes % 60].map((part) => String(part).padStart(2, '0'));
    return `day ${1 + Math.floor(this.#now())} ${clock.join(':')}`;
  }
}
