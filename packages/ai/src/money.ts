import type { CounterSeries } from '@telltale/core';

/** US dollars are reckoned in whole picodollars: a price of $0.0375 for a million tokens is 37,500 of them for one. */
const PICO_PER_DOLLAR = 1e12;

/** Picodollars of a price in dollars; the digits that binary fractions cannot hold are rounded away. */
export function picodollars(dollars: number): number {
  return Math.round(dollars * PICO_PER_DOLLAR);
}

/** Dollars of an amount in picodollars. */
export function dollars(pico: number): number {
  return pico / PICO_PER_DOLLAR;
}

/**
 * A counter of dollars whose sum does not drift: it is kept in whole dollars and picodollars, and the counter is brought
 * to the number that comes nearest to it.
 */
export class MoneySeries {
  readonly #series: CounterSeries;
  #whole = 0;
  #pico = 0;
  #shown = 0;

  constructor(series: CounterSeries) {
    this.#series = series;
    this.#take(series.value);
  }

  /** Adds dollars, zero or more. */
  add(amount: number): void {
    const series = this.#series;
    // Somebody else counted too, or the series was dropped for want of movement and began anew.
    if (series.value !== this.#shown) this.#take(series.value);
    const whole = Math.floor(amount);
    this.#whole += whole;
    this.#pico += picodollars(amount - whole);
    if (this.#pico >= PICO_PER_DOLLAR) {
      this.#pico -= PICO_PER_DOLLAR;
      this.#whole++;
    }
    const sum = this.#whole + dollars(this.#pico);
    if (sum > this.#shown) series.inc(sum - this.#shown);
    this.#shown = series.value;
  }

  #take(value: number): void {
    this.#shown = value;
    this.#whole = Math.floor(value);
    this.#pico = picodollars(value - this.#whole);
  }
}
