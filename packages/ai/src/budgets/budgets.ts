import { randomUUID } from 'node:crypto';
import type { Monitor } from '@telltale/core';
import type { AICallStart } from '../ai-call.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { type Budget, type BudgetedCall, matcherOf } from './budget.ts';
import { BudgetExceededError } from './budget-exceeded-error.ts';
import type { BudgetMetrics } from './budget-metrics.ts';
import { estimateUsd } from './estimate.ts';
import { type Account, type Answer, type Balance, type Hold, type Ledger, TOLERANCE_USD } from './ledger.ts';
import { Calendar, forecast, type Period } from './period.ts';
import { SharedLedger } from './shared-ledger.ts';

/** What budgets are made of. */
export interface BudgetsOptions {
  readonly monitor: Monitor;
  readonly metrics: BudgetMetrics;
  readonly prices: PriceBook;
  readonly budgets: readonly Budget[];
  /** What the accounts of different services are told apart by. */
  readonly scope: string;
  readonly assumedOutputTokens: number;
  readonly ledger: Ledger;
  /** How long a call waits for the ledger. */
  readonly patienceMs: number;
}

/** An amount set aside for one call. */
export interface Reservation {
  /** Says what the call cost: `undefined` where nobody knows, so that what was set aside counts as spent. */
  settle(costUsd: number | undefined): void;
}

interface Rule {
  readonly budget: Budget;
  readonly matches: (call: BudgetedCall) => boolean;
  readonly calendar: Calendar;
}

const WARN_AT: readonly number[] = [0.8];

/** Holds calls to budgets: sets aside what each may cost before it is sent, and settles when it has ended. */
export class Budgets {
  readonly needsAttribution: boolean;
  readonly #options: BudgetsOptions;
  readonly #rules: readonly Rule[];
  readonly #ledger: SharedLedger;

  constructor(options: BudgetsOptions) {
    const { budgets, ledger, metrics, monitor, patienceMs } = options;
    const { clock } = monitor.config;
    this.#options = options;
    this.#rules = budgets.map((budget) => ({
      budget,
      matches: matcherOf(budget.match),
      calendar: new Calendar(budget.per, budget.timeZone),
    }));
    this.needsAttribution = budgets.some(
      ({ match }) => typeof match === 'function' || match?.attribution !== undefined,
    );
    this.#ledger = new SharedLedger(ledger, {
      now: clock.now,
      monotonic: clock.monotonic,
      patienceMs,
      onFailure: (error) => {
        metrics.storeFailures.labels(ledger.store).inc();
        monitor.errors.report('ai budgets', error);
      },
    });
  }

  /**
   * Sets aside what a call may cost in every budget that it counts against.
   *
   * @throws {BudgetExceededError} (as a rejection) where one of them blocks and has no room.
   */
  async reserve(start: AICallStart, call: BudgetedCall): Promise<Reservation | undefined> {
    const rules = this.#matching(call);
    if (rules.length === 0) return undefined;
    const hold = this.#holdFor(start, rules);
    return this.#admit(hold, rules, await this.#ledger.reserve(hold));
  }

  /**
   * The same without waiting. Where budgets are shared through Redis it goes by what this process last heard, so that
   * processes together can spend a little more than the limit.
   *
   * @throws {BudgetExceededError}
   */
  reserveNow(start: AICallStart, call: BudgetedCall): Reservation | undefined {
    const rules = this.#matching(call);
    if (rules.length === 0) return undefined;
    const hold = this.#holdFor(start, rules);
    return this.#admit(hold, rules, this.#ledger.reserveNow(hold));
  }

  /** Brings the gauges up to date. */
  async collect(): Promise<void> {
    const accounts = this.#rules.map((rule) => this.#accountOf(rule));
    const balances = await this.#ledger.balances(accounts);
    for (const [i, rule] of this.#rules.entries()) this.#show(rule, balances[i]!);
  }

  /** Writes down what is left to write. Never rejects. */
  close(): Promise<void> {
    return this.#ledger.close();
  }

  #matching(call: BudgetedCall): readonly Rule[] {
    const { errors } = this.#options.monitor;
    return this.#rules.filter(({ matches }) => errors.guard('ai budgets', () => matches(call), false));
  }

  #holdFor(start: AICallStart, rules: readonly Rule[]): Hold {
    const { prices, assumedOutputTokens } = this.#options;
    return {
      id: randomUUID(),
      amountUsd: estimateUsd(prices, start, assumedOutputTokens),
      accounts: rules.map((rule) => this.#accountOf(rule)),
    };
  }

  #accountOf({ budget, calendar }: Rule): Account {
    const { scope, monitor } = this.#options;
    const { start, end } = calendar.periodAt(monitor.config.clock.now());
    return {
      // The braces keep all accounts of a scope on one node of a Redis cluster.
      key: `telltale:ai-budget:{${scope}}:${budget.name}:${budget.per}:${new Date(start).toISOString()}`,
      limitUsd: budget.onExceeded === 'block' ? budget.limitUsd : undefined,
      endsAt: end,
    };
  }

  #admit(hold: Hold, rules: readonly Rule[], answer: Answer): Reservation {
    const { refusedBy } = answer;
    if (refusedBy !== undefined) throw this.#refuse(hold, rules[refusedBy]!, answer.balances[refusedBy]!, refusedBy);
    let settled = false;
    return {
      settle: (costUsd = hold.amountUsd) => {
        if (settled) return;
        settled = true;
        const done = this.#ledger.settle(hold, costUsd);
        if (done instanceof Promise) void done.then((after) => this.#judge(hold, rules, after));
        else this.#judge(hold, rules, done);
      },
    };
  }

  #refuse(hold: Hold, { budget }: Rule, balance: Balance, index: number): BudgetExceededError {
    const { metrics } = this.#options;
    metrics.refusals.labels(budget.name).inc();
    const account = hold.accounts[index]!;
    const error = new BudgetExceededError({
      budget: budget.name,
      limitUsd: budget.limitUsd,
      ...balance,
      estimatedUsd: hold.amountUsd,
      resetsAt: new Date(account.endsAt),
    });
    void this.#once(account, 'refused', () =>
      this.#say('error', budget, balance, 'A budget has no room for a call; calls are refused'),
    );
    return error;
  }

  #judge(hold: Hold, rules: readonly Rule[], { balances }: Answer): void {
    for (const [i, { budget }] of rules.entries()) {
      const balance = balances[i]!;
      const account = hold.accounts[i]!;
      const part = balance.spentUsd / budget.limitUsd;
      if (balance.spentUsd >= budget.limitUsd - TOLERANCE_USD) {
        void this.#once(account, 'exceeded', () => {
          this.#options.metrics.exceeded.labels(budget.name).inc();
          this.#say(budget.onExceeded === 'warn' ? 'warning' : 'error', budget, balance, 'A budget is spent');
        });
        continue;
      }
      const reached = Math.max(...(budget.warnAt ?? WARN_AT).filter((mark) => part >= mark));
      if (!Number.isFinite(reached)) continue;
      void this.#once(account, `warned:${reached}`, () =>
        this.#say('warning', budget, balance, 'A budget is nearly spent'),
      );
    }
  }

  async #once(account: Account, mark: string, act: () => void): Promise<void> {
    try {
      if (await this.#ledger.isFirst(account, mark)) act();
    } catch (error) {
      this.#options.monitor.errors.report('ai budgets', error);
    }
  }

  #say(level: 'warning' | 'error', budget: Budget, { spentUsd, reservedUsd }: Balance, message: string): void {
    const { monitor } = this.#options;
    const period = this.#periodOf(budget);
    monitor.logger[level](message, {
      event_type: 'business',
      budget: budget.name,
      limit_usd: budget.limitUsd,
      spent_usd: rounded(spentUsd),
      reserved_usd: rounded(reservedUsd),
      forecast_usd: rounded(forecast(spentUsd, period, monitor.config.clock.now())),
      per: budget.per,
      resets_at: new Date(period.end).toISOString(),
    });
  }

  #show({ budget }: Rule, { spentUsd, reservedUsd }: Balance): void {
    const { metrics, monitor } = this.#options;
    metrics.limit.labels(budget.name).set(budget.limitUsd);
    metrics.spent.labels(budget.name).set(rounded(spentUsd));
    metrics.reserved.labels(budget.name).set(rounded(reservedUsd));
    const expected = forecast(spentUsd, this.#periodOf(budget), monitor.config.clock.now());
    metrics.forecast.labels(budget.name).set(rounded(expected));
  }

  #periodOf(budget: Budget): Period {
    const { calendar } = this.#rules.find((rule) => rule.budget === budget)!;
    return calendar.periodAt(this.#options.monitor.config.clock.now());
  }
}

/** To the picodollar, without the digits that sums of binary fractions add. */
function rounded(usd: number): number {
  return Math.round(usd * 1e12) / 1e12;
}
