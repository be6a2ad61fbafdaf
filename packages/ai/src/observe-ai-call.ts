import { type Context, currentContext, type Monitor, resolveConfig } from '@telltale/core';
import type { AICall, AICallObserver, AICallStart } from './ai-call.ts';
import { Attribution } from './attribution.ts';
import { CallMetrics } from './call-metrics.ts';
import { ModelLabels } from './model-labels.ts';
import { NO_CALL, ObservedCall } from './observed-call.ts';
import { type AIConfig, aiOptions } from './options.ts';
import { PriceBook } from './pricing/price-book.ts';
import { preloadPrices } from './pricing/price-table.ts';

/** On a monitor: its observer, whichever installed copy made it. */
const OBSERVER = Symbol.for('telltale.v1.ai-observer');
const MAX_TOLD = 1_000;

type Observed = Monitor & { [OBSERVER]?: AIObserver };

/** What observes the model calls of a monitor: one for each, made when it is first asked for. */
export function aiObserver(monitor: Monitor): AIObserver {
  const observed = monitor as Observed;
  return (observed[OBSERVER] ??= new AIObserver(monitor, resolveConfig(aiOptions, {}, {})));
}

/** Sets prices, budgets and whatever else {@link aiOptions} holds for the model calls of a monitor. */
export function configureAI(monitor: Monitor, config: AIConfig): void {
  aiObserver(monitor).configure(config);
}

/** Observes the model calls of one monitor: metrics, money, log lines, budgets, operations. */
export class AIObserver implements AICallObserver {
  readonly monitor: Monitor;
  readonly metrics: CallMetrics;
  config!: AIConfig;
  prices!: PriceBook;
  attribution: Attribution | undefined;
  labels!: ModelLabels;
  readonly #told = new Set<string>();

  constructor(monitor: Monitor, config: AIConfig) {
    this.monitor = monitor;
    this.metrics = new CallMetrics(monitor.instruments);
    this.configure(config);
    if (monitor.enabled) preloadPrices((error) => monitor.errors.report('ai', error));
  }

  get recordsContent(): boolean {
    return this.config.recordContent;
  }

  configure(config: AIConfig): void {
    const { monitor } = this;
    this.config = config;
    this.prices = new PriceBook(config.prices, monitor.config.clock.now);
    this.labels = new ModelLabels((provider, model) => this.prices.quote(provider, model) !== undefined);
    this.attribution = config.attributeTo && new Attribution(monitor, config.attributeTo, config.maxAttributions);
  }

  async begin(start: AICallStart): Promise<AICall> {
    return this.beginNow(start);
  }

  /** Begins a call at once, as a caller that cannot wait must. */
  beginNow(start: AICallStart): AICall {
    const { monitor } = this;
    if (!monitor.enabled) return NO_CALL;
    return monitor.errors.guard('ai', () => this.#open(start, currentContext()), NO_CALL);
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

  #open(start: AICallStart, context: Context | undefined): AICall {
    const { labels } = this;
    const series = this.metrics.seriesOf(
      labels.provider(start.provider),
      labels.model(start.provider, start.model),
      labels.operation(start.operation),
    );
    return new ObservedCall(this, start, series, context);
  }
}
