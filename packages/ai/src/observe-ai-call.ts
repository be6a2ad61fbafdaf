import {
  type Context,
  createMonitor,
  currentContext,
  type Gauge,
  type GaugeSeries,
  type Monitor,
  resolveConfig,
} from '@telltale/core';
import { acceptStart } from './accept-start.ts';
import type { AICall, AICallObserver, AICallStart } from './ai-call.ts';
import { Attribution } from './attribution.ts';
import type { Budget, BudgetedCall } from './budgets/budget.ts';
import { BudgetExceededError } from './budgets/budget-exceeded-error.ts';
import { BudgetMetrics } from './budgets/budget-metrics.ts';
import { Budgets, type Reservation } from './budgets/budgets.ts';
import { openLedger } from './budgets/open-ledger.ts';
import { CallMetrics, type CallSeries } from './call-metrics.ts';
import { aiMetrics } from './metrics.ts';
import { ModelLabels } from './model-labels.ts';
import { NO_CALL, ObservedCall } from './observed-call.ts';
import { type AIConfig, aiOptions } from './options.ts';
import { PriceBook } from './pricing/price-book.ts';
import { PriceRefresh } from './pricing/price-refresh.ts';
import { preloadPrices } from './pricing/price-table.ts';

/** On a monitor: its observer and what that is configured with, whichever installed copy put it there. */
const SLOT = Symbol.for('telltale.v1.ai');
const MAX_TOLD = 1_000;

interface Slot {
  observer?: AIObserver;
  config?: AIConfig;
}

function slotOf(monitor: Monitor & { [SLOT]?: Slot }): Slot {
  return (monitor[SLOT] ??= {});
}

/**
 * What observes the model calls of a monitor: one for each, made when it is first asked for. Never throws: where it cannot
 * be made (the registry has other metrics of the same names) this is reported, and calls go unobserved.
 */
export function aiObserver(monitor: Monitor): AIObserver {
  const slot = slotOf(monitor);
  return (slot.observer ??= makeObserver(monitor, slot.config));
}

function makeObserver(monitor: Monitor, config: AIConfig | undefined): AIObserver {
  try {
    return new AIObserver(monitor, config ?? resolveConfig(aiOptions, {}));
  } catch (error) {
    monitor.errors.report('ai', error);
    return new AIObserver(createMonitor({ enabled: false }, {}), resolveConfig(aiOptions, {}, {}));
  }
}

/**
 * Sets prices, budgets and whatever else {@link aiOptions} holds for the model calls of a monitor. A service that makes
 * none pays nothing for it: the instruments are made with the first call, or at once where there are budgets to show.
 *
 * @example
 * configureAI(monitor, resolveConfig(aiOptions, { budgets: [{ name: 'all', limitUsd: 50, per: 'day' }] }));
 */
export function configureAI(monitor: Monitor, config: AIConfig): void {
  const slot = slotOf(monitor);
  slot.config = config;
  if (slot.observer !== undefined) slot.observer.configure(config);
  else if (config.budgets.length > 0 || config.priceRefreshHours > 0) aiObserver(monitor);
}

/** Observes the model calls of one monitor: metrics, money, log lines, budgets, operations. */
export class AIObserver implements AICallObserver {
  readonly monitor: Monitor;
  readonly metrics: CallMetrics;
  config!: AIConfig;
  prices!: PriceBook;
  attribution: Attribution | undefined;
  #labels!: ModelLabels;
  #budgets: Budgets | undefined;
  #refresh: PriceRefresh | undefined;
  readonly #budgetMetrics: BudgetMetrics;
  readonly #told = new Set<string>();

  constructor(monitor: Monitor, config: AIConfig) {
    const { instruments } = monitor;
    this.monitor = monitor;
    this.metrics = new CallMetrics(instruments);
    this.#budgetMetrics = new BudgetMetrics(instruments, async () => this.#budgets?.collect());
    const age: Gauge<readonly []> = instruments.gauge({
      ...aiMetrics.priceTableAge,
      collect: () => age.set(Math.max(0, (monitor.config.clock.now() - this.prices.table.publishedAt) / 1000)),
    });
    this.configure(config);
    if (monitor.enabled) preloadPrices((error) => monitor.errors.report('ai', error));
    monitor.onClose(() => this.#stop());
  }

  get recordsContent(): boolean {
    return this.config.recordContent;
  }

  /** For what is set aside from a budget alone. */
  get countsInput(): boolean {
    return this.#budgets !== undefined;
  }

  configure(config: AIConfig): void {
    const { monitor } = this;
    void this.#stop();
    this.config = config;
    const reportError = (error: unknown): void => monitor.errors.report('ai prices', error);
    this.prices = new PriceBook(config.prices, monitor.config.clock.now, reportError);
    this.#labels = new ModelLabels({
      isProvider: (name) => this.prices.knowsProvider(name),
      isModel: (provider, model) => this.prices.quote(provider, model)?.isListed === true,
    });
    this.attribution = config.attributeTo && new Attribution(monitor, config.attributeTo, config.maxAttributions);
    if (!monitor.enabled) return;
    if (config.priceRefreshHours > 0) this.#refresh = new PriceRefresh(monitor, this.prices, config);
    if (config.budgets.length === 0) return;
    if (config.attributeTo === undefined) this.#tellUnattributed(config.budgets);
    this.#budgets = new Budgets({
      monitor,
      metrics: this.#budgetMetrics,
      prices: this.prices,
      budgets: config.budgets,
      scope: config.budgetScope ?? monitor.identity.service,
      assumedOutputTokens: config.assumedOutputTokens,
      ledger: openLedger(monitor, config),
      patienceMs: config.budgetTimeoutMs,
    });
  }

  #tellUnattributed(budgets: readonly Budget[]): void {
    for (const { name, match } of budgets) {
      if (typeof match !== 'object' || match.attribution === undefined) continue;
      this.monitor.logger.warning(
        'An AI budget matches calls by attribution, and there is no attributeTo to attribute them: it holds none',
        { event_type: 'system', budget: name },
      );
    }
  }

  async begin(given: AICallStart): Promise<AICall> {
    const { monitor } = this;
    const budgets = this.#budgets;
    if (!monitor.enabled) return NO_CALL;
    const start = this.#accept(given);
    if (start === undefined) return NO_CALL;
    const context = currentContext();
    let reservation: Reservation | undefined;
    if (budgets !== undefined) {
      try {
        reservation = await budgets.reserve(start, this.#describe(start, context));
      } catch (error) {
        this.#refuse(start, error);
      }
    }
    return monitor.errors.guard('ai', () => this.#open(start, context, reservation), NO_CALL);
  }

  /**
   * Begins a call at once, as a caller that cannot wait must.
   *
   * @throws {BudgetExceededError} as `begin`, by what this process knows of the budgets.
   */
  beginNow(given: AICallStart): AICall {
    const { monitor } = this;
    if (!monitor.enabled) return NO_CALL;
    const start = this.#accept(given);
    if (start === undefined) return NO_CALL;
    const context = currentContext();
    let reservation: Reservation | undefined;
    try {
      reservation = this.#budgets?.reserveNow(start, this.#describe(start, context));
    } catch (error) {
      this.#refuse(start, error);
    }
    return monitor.errors.guard('ai', () => this.#open(start, context, reservation), NO_CALL);
  }

  /** `undefined` where the call cannot be read. */
  #accept(given: AICallStart): AICallStart | undefined {
    try {
      const start = acceptStart(given);
      if (start !== given) this.metrics.mistake('bad_call');
      return start;
    } catch (error) {
      this.monitor.errors.report('ai', error);
      return undefined;
    }
  }

  /** Says once of each model that it has no price. */
  tellUnpriced(provider: string, model: string): void {
    const name = `${provider}/${model}`;
    if (this.#told.has(name) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(name);
    this.monitor.logger.warning('No price is known for a model; its calls are counted as unpriced', {
      event_type: 'system',
      provider,
      model,
    });
  }

  #describe(start: AICallStart, context: Context | undefined): BudgetedCall {
    return {
      provider: start.provider,
      model: start.model,
      operation: start.operation,
      service: this.#serviceOf(start),
      origin: this.monitor.errors.guard('ai', () => context?.origin?.name, undefined),
      attribution: this.#budgets?.needsAttribution === true ? this.attributionOf(start, context) : undefined,
    };
  }

  /** Whose call it is, where the user says so. */
  attributionOf(start: AICallStart, context: Context | undefined): string | undefined {
    return this.attribution?.of(context, { ...start, service: this.#serviceOf(start) });
  }

  #serviceOf({ service }: AICallStart): string {
    return service ?? this.monitor.identity.service;
  }

  #open(start: AICallStart, context: Context | undefined, reservation: Reservation | undefined): ObservedCall {
    return new ObservedCall(this, start, context, reservation);
  }

  inFlightOf(provider: string): GaugeSeries {
    return this.metrics.inFlight.labels(this.#labels.provider(provider));
  }

  /** The series that a call counts in, its labels bounded. */
  seriesOf(start: AICallStart): CallSeries {
    const labels = this.#labels;
    return this.metrics.seriesOf(
      labels.provider(start.provider),
      labels.model(start.provider, start.model),
      labels.operation(start.operation),
    );
  }

  /** Throws a refusal on; anything else is a failure of ours, which no call has to suffer from. */
  #refuse(start: AICallStart, error: unknown): void {
    const { errors } = this.monitor;
    if (!(error instanceof BudgetExceededError)) errors.report('ai budgets', error);
    else {
      errors.guard('ai', () => this.seriesOf(start).requests('blocked').inc(), undefined);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    this.#refresh?.stop();
    this.#refresh = undefined;
    const budgets = this.#budgets;
    this.#budgets = undefined;
    this.#budgetMetrics.reset();
    await budgets?.close();
  }
}
