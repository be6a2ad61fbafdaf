import { TelltaleError } from '@telltale/core';

/** What a {@link BudgetExceededError} tells of the budget. */
export interface ExceededBudget {
  readonly budget: string;
  readonly limitUsd: number;
  readonly spentUsd: number;
  /** Set aside for calls that run. */
  readonly reservedUsd: number;
  /** The most that the refused call was expected to cost. */
  readonly estimatedUsd: number;
  /** When the budget begins anew. */
  readonly resetsAt: Date;
}

/**
 * Thrown in place of a model call that a budget with `onExceeded: 'block'` has no room for; nothing was sent. The one
 * error that monitoring throws into a service while it runs.
 */
export class BudgetExceededError extends TelltaleError implements ExceededBudget {
  override readonly name = 'BudgetExceededError';
  readonly budget: string;
  readonly limitUsd: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  readonly estimatedUsd: number;
  readonly resetsAt: Date;

  constructor(exceeded: ExceededBudget) {
    const { budget, limitUsd, spentUsd, reservedUsd, estimatedUsd, resetsAt } = exceeded;
    super(
      'ai',
      `The budget ${budget} has no room for this call: of $${shown(limitUsd)}, $${shown(spentUsd)} are spent and ` +
        `$${shown(reservedUsd)} set aside for calls that run; this one may cost $${shown(estimatedUsd)}. It begins anew ` +
        `at ${resetsAt.toISOString()}. Raise limitUsd, lower the call's output limit, or wait.`,
    );
    this.budget = budget;
    this.limitUsd = limitUsd;
    this.spentUsd = spentUsd;
    this.reservedUsd = reservedUsd;
    this.estimatedUsd = estimatedUsd;
    this.resetsAt = resetsAt;
  }
}

function shown(usd: number): string {
  return String(Math.round(usd * 1e6) / 1e6);
}
