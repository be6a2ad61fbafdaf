import type { Counter, Gauge, Instruments } from '@telltale/core';
import { aiMetrics } from '../metrics.ts';

/** The instruments of budgets of one monitor. */
export class BudgetMetrics {
  readonly limit: Gauge<readonly ['budget']>;
  readonly spent: Gauge<readonly ['budget']>;
  readonly reserved: Gauge<readonly ['budget']>;
  readonly forecast: Gauge<readonly ['budget']>;
  readonly refusals: Counter<readonly ['budget']>;
  readonly exceeded: Counter<readonly ['budget']>;
  readonly storeFailures: Counter<readonly ['store']>;

  /** `collect` is called before each scrape, once for all the gauges. */
  constructor(instruments: Instruments, collect: () => Promise<void>) {
    let running: Promise<void> | undefined;
    const once = (): Promise<void> =>
      (running ??= collect().finally(() => {
        running = undefined;
      }));
    this.limit = instruments.gauge({ ...aiMetrics.budgetLimit, collect: once });
    this.spent = instruments.gauge({ ...aiMetrics.budgetSpent, collect: once });
    this.reserved = instruments.gauge({ ...aiMetrics.budgetReserved, collect: once });
    this.forecast = instruments.gauge({ ...aiMetrics.budgetForecast, collect: once });
    this.refusals = instruments.counter(aiMetrics.budgetRefusals);
    this.exceeded = instruments.counter(aiMetrics.budgetExceeded);
    this.storeFailures = instruments.counter(aiMetrics.budgetStoreFailures);
  }

  /** Takes back what was shown of budgets that are no more. */
  reset(): void {
    for (const gauge of [this.limit, this.spent, this.reserved, this.forecast]) gauge.reset();
  }
}
