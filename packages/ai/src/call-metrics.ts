import type { Counter, CounterSeries, Gauge, Histogram, HistogramSeries, Instruments } from '@telltale/core';
import { ErrorTypes } from './error-types.ts';
import { aiMetrics } from './metrics.ts';
import { MoneySeries } from './money.ts';
import type { Usage } from './usage.ts';

/** How a call ended, as the label `status`. */
export type CallStatus = 'success' | 'error' | 'aborted' | 'cached' | 'blocked';

/** What a tracker can be used wrongly in. */
export type TrackingMistake = 'ended_twice' | 'never_ended' | 'bad_usage' | 'bad_call';

const NO_ORIGIN = 'none';
const MAX_ORIGINS = 2_000;

/** The series of one provider, model and operation, all of which are bounded. */
export class CallSeries {
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly firstToken: HistogramSeries;
  readonly attempts: CounterSeries;
  readonly inputTokens: CounterSeries;
  readonly outputTokens: CounterSeries;
  readonly cost: MoneySeries;
  readonly #metrics: CallMetrics;
  readonly #requests: Partial<Record<CallStatus, CounterSeries>> = {};
  readonly #durations: Partial<Record<CallStatus, HistogramSeries>> = {};
  readonly #savings: { response?: MoneySeries; prompt?: MoneySeries } = {};

  constructor(metrics: CallMetrics, provider: string, model: string, operation: string) {
    this.#metrics = metrics;
    this.provider = provider;
    this.model = model;
    this.operation = operation;
    this.firstToken = metrics.firstToken.labels(provider, model, operation);
    this.attempts = metrics.attempts.labels(provider, model, operation);
    this.inputTokens = metrics.tokens.labels(provider, model, operation, 'input');
    this.outputTokens = metrics.tokens.labels(provider, model, operation, 'output');
    this.cost = new MoneySeries(metrics.cost.labels(provider, model, operation));
    // There from the start, so that the first failure is an increase.
    this.requests('success');
    this.requests('error');
  }

  requests(status: CallStatus): CounterSeries {
    return (this.#requests[status] ??= this.#metrics.requests.labels(
      this.provider,
      this.model,
      this.operation,
      status,
    ));
  }

  duration(status: CallStatus): HistogramSeries {
    return (this.#durations[status] ??= this.#metrics.duration.labels(
      this.provider,
      this.model,
      this.operation,
      status,
    ));
  }

  savings(cache: 'response' | 'prompt'): MoneySeries {
    return (this.#savings[cache] ??= new MoneySeries(
      this.#metrics.cacheSavings.labels(this.provider, this.model, cache),
    ));
  }

  countTokens(usage: Usage): void {
    this.inputTokens.inc(usage.inputTokens);
    this.outputTokens.inc(usage.outputTokens);
    this.#detail('cached_input', usage.cachedInputTokens);
    this.#detail('cache_write', usage.cacheWriteTokens);
    this.#detail('reasoning', usage.reasoningTokens);
    this.#detail('audio_input', usage.audioInputTokens);
    this.#detail('audio_output', usage.audioOutputTokens);
    this.#detail('image_input', usage.imageInputTokens);
    this.#detail('image_output', usage.imageOutputTokens);
  }

  #detail(type: string, count: number | undefined): void {
    if (count) this.#metrics.tokenDetails.labels(this.provider, this.model, type).inc(count);
  }
}

/** The instruments of model calls of one monitor. */
export class CallMetrics {
  readonly requests: Counter<readonly ['provider', 'model', 'operation', 'status']>;
  readonly duration: Histogram<readonly ['provider', 'model', 'operation', 'status']>;
  readonly firstToken: Histogram<readonly ['provider', 'model', 'operation']>;
  readonly inFlight: Gauge<readonly ['provider']>;
  readonly aborted: Counter<readonly ['provider', 'model', 'operation']>;
  readonly errors: Counter<readonly ['provider', 'model', 'operation', 'error_type', 'status_code']>;
  readonly attempts: Counter<readonly ['provider', 'model', 'operation']>;
  readonly attemptFailures: Counter<readonly ['provider', 'model', 'error_type', 'status_code']>;
  readonly tokens: Counter<readonly ['provider', 'model', 'operation', 'type']>;
  readonly tokenDetails: Counter<readonly ['provider', 'model', 'type']>;
  readonly cost: Counter<readonly ['provider', 'model', 'operation']>;
  readonly unpriced: Counter<readonly ['provider', 'model', 'reason']>;
  readonly approximated: Counter<readonly ['provider', 'model', 'reason']>;
  readonly cacheRequests: Counter<readonly ['provider', 'model', 'result']>;
  readonly cacheSavings: Counter<readonly ['provider', 'model', 'cache']>;
  readonly errorTypes = new ErrorTypes();
  readonly #costByOrigin: Counter<readonly ['origin']>;
  readonly #mistakes: Counter<readonly ['mistake']>;
  readonly #origins = new Map<string, MoneySeries>();
  readonly #series = new Map<string, Map<string, Map<string, CallSeries>>>();

  constructor(instruments: Instruments) {
    this.requests = instruments.counter(aiMetrics.requests);
    this.duration = instruments.histogram(aiMetrics.duration);
    this.firstToken = instruments.histogram(aiMetrics.firstToken);
    this.inFlight = instruments.gauge(aiMetrics.inFlight);
    this.aborted = instruments.counter(aiMetrics.aborted);
    this.errors = instruments.counter(aiMetrics.errors);
    this.attempts = instruments.counter(aiMetrics.attempts);
    this.attemptFailures = instruments.counter(aiMetrics.attemptFailures);
    this.tokens = instruments.counter(aiMetrics.tokens);
    this.tokenDetails = instruments.counter(aiMetrics.tokenDetails);
    this.cost = instruments.counter(aiMetrics.cost);
    this.unpriced = instruments.counter(aiMetrics.unpriced);
    this.approximated = instruments.counter(aiMetrics.approximated);
    this.cacheRequests = instruments.counter(aiMetrics.cacheRequests);
    this.cacheSavings = instruments.counter(aiMetrics.cacheSavings);
    this.#costByOrigin = instruments.counter(aiMetrics.costByOrigin);
    this.#mistakes = instruments.counter(aiMetrics.mistakes);
  }

  /** All three must be bounded. */
  seriesOf(provider: string, model: string, operation: string): CallSeries {
    let models = this.#series.get(provider);
    if (models === undefined) this.#series.set(provider, (models = new Map()));
    let operations = models.get(model);
    if (operations === undefined) models.set(model, (operations = new Map()));
    let series = operations.get(operation);
    if (series === undefined) operations.set(operation, (series = new CallSeries(this, provider, model, operation)));
    return series;
  }

  spendByOrigin(origin: string | undefined, costUsd: number): void {
    const name = origin ?? NO_ORIGIN;
    let series = this.#origins.get(name);
    if (series === undefined) {
      series = new MoneySeries(this.#costByOrigin.labels(name));
      if (this.#origins.size < MAX_ORIGINS) this.#origins.set(name, series);
    }
    series.add(costUsd);
  }

  mistake(mistake: TrackingMistake): void {
    this.#mistakes.labels(mistake).inc();
  }
}
