import { Seeded } from '../seeded.ts';

/** Numbers, choices and chances, the same every time for the same seed. */
export class Random extends Seeded {
  /** A whole number from `least` to below `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length)]!;
  }

  /** Some of the choices, in their order; maybe none. */
  some<T>(choices: readonly T[], probability = 0.4): T[] {
    return choices.filter(() => this.chance(probability));
  }

  /** A normal distribution's number, by the sum of uniform ones. */
  normal(): number {
    let sum = -6;
    for (let count = 0; count < 12; count++) sum += this.next();
    return sum;
  }
}
