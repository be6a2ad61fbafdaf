import { type Context, type GaugeSeries, inContext, type Operation } from '@telltale/core';
import { acceptUsage, isAmount } from './accept-usage.ts';
import type { AICallEnd, AICallStart } from './ai-call.ts';
import type { Reservation } from './budgets/budgets.ts';
import { logCall } from './call-log.ts';
import type { CallSeries, CallStatus } from './call-metrics.ts';
import { endOperation, startOperation } from './call-operation.ts';
import type { EndedCall } from './ended-call.ts';
import { isAbort } from './is-abort.ts';
import type { AIObserver } from './observe-ai-call.ts';
import type { Price } from './pricing/price-book.ts';
import { shownError } from './shown-error.ts';
import type { Usage } from './usage.ts';

/** The state of a call. It must not know the call that its maker holds, whose disappearance it is told of. */
export class CallRecord {
  readonly observer: AIObserver;
  readonly start: AICallStart;
  readonly context: Context | undefined;
  readonly startedAt: number;
  readonly operation: Operation | undefined;
  readonly reservation: Reservation | undefined;
  attempts = 0;
  firstTokenMs: number | undefined;
  cacheHit: boolean | undefined;
  ended = false;
  readonly #inFlight: GaugeSeries;
  #series: CallSeries | undefined;

  constructor(
    observer: AIObserver,
    start: AICallStart,
    context: Context | undefined,
    reservation: Reservation | undefined,
  ) {
    this.reservation = reservation;
    this.observer = observer;
    this.start = start;
    this.context = context;
    const { monitor } = observer;
    this.startedAt = monitor.config.clock.monotonic();
    this.#inFlight = observer.inFlightOf(start.provider);
    this.#inFlight.inc();
    this.operation = monitor.operations.active ? startOperation(monitor, start, () => this.series, context) : undefined;
  }

  /** Found when it is first needed, after the call was sent: for labels the prices must be there. */
  get series(): CallSeries {
    return (this.#series ??= this.observer.seriesOf(this.start));
  }

  guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.observer.monitor.errors.report('ai', error);
    }
  }

  firstToken(): void {
    if (this.ended || this.firstTokenMs !== undefined) return;
    this.firstTokenMs = this.observer.monitor.config.clock.monotonic() - this.startedAt;
    this.series.firstToken.observe(this.firstTokenMs / 1000);
  }

  attemptFailed(error: unknown, httpStatus: number | undefined): void {
    const { provider, model } = this.series;
    const { metrics, monitor } = this.observer;
    metrics.attemptFailures.labels(provider, model, metrics.errorTypes.of(error), statusCode(httpStatus)).inc();
    inContext(this.context, () =>
      monitor.logger.debug('An attempt at a model call failed; another follows', {
        event_type: 'performance',
        ...{ provider, model: this.start.model, status_code: httpStatus },
        error: this.observer.recordsContent ? error : shownError(error, httpStatus),
      }),
    );
  }

  end(end: AICallEnd): number | undefined {
    this.ended = true;
    this.#inFlight.dec();
    try {
      return inContext(this.context, () => this.#settle(end));
    } finally {
      // Whatever went wrong, nothing stays set aside.
      this.reservation?.settle(undefined);
    }
  }

  /** The call was garbage-collected before it ended. */
  drop(): void {
    if (this.ended) return;
    this.ended = true;
    this.guarded(() => {
      this.#inFlight.dec();
      this.observer.metrics.mistake('never_ended');
      this.reservation?.settle(undefined);
      if (this.operation === undefined) return;
      this.operation.outcome = 'aborted';
      this.observer.monitor.operations.end(this.operation);
    });
  }

  /** Returns what it cost, where that is known. */
  #settle(end: AICallEnd): number | undefined {
    const { observer, series, start } = this;
    const { metrics, monitor } = observer;
    const durationMs = monitor.config.clock.monotonic() - this.startedAt;
    const status = this.#statusOf(end);
    const usage = this.#usageOf(end);
    const price = this.#priceOf(end, status, usage);
    const costUsd = price !== undefined && 'costUsd' in price ? price.costUsd : undefined;

    series.requests(status).inc();
    series.duration(status).observe(durationMs / 1000);
    if (status !== 'cached') series.attempts.inc(Math.max(1, this.attempts));
    if (this.cacheHit !== undefined) {
      metrics.cacheRequests.labels(series.provider, series.model, this.cacheHit ? 'hit' : 'miss').inc();
    }
    if (status === 'aborted') metrics.aborted.labels(series.provider, series.model, series.operation).inc();
    if (status === 'error') {
      metrics.errors
        .labels(
          series.provider,
          series.model,
          series.operation,
          metrics.errorTypes.of(end.error),
          statusCode(end.httpStatus),
        )
        .inc();
    }
    if (usage !== undefined && status !== 'cached') series.countTokens(usage);
    const attribution = observer.attributionOf(start, this.context);
    if (price !== undefined) this.#account(price, status, attribution);
    // What failed was not charged; what nobody can price, or not to its end, counts as what was set aside for it.
    const charged = usage?.partial ? undefined : costUsd;
    this.reservation?.settle(status === 'cached' || price === undefined ? 0 : charged);
    if (status !== 'cached') this.#addFigures(usage, costUsd);

    const ended: EndedCall = {
      start,
      end,
      series,
      status,
      usage,
      costUsd,
      price,
      durationMs,
      attribution,
      firstTokenMs: this.firstTokenMs,
      attempts: status === 'cached' ? 0 : Math.max(1, this.attempts),
    };
    if (this.operation !== undefined) endOperation(monitor, this.operation, ended, observer.recordsContent);
    logCall(monitor, ended, observer.config);
    return costUsd;
  }

  #statusOf({ error, aborted }: AICallEnd): CallStatus {
    if (aborted === true || isAbort(error)) return 'aborted';
    if (error !== undefined && error !== null) return 'error';
    return this.cacheHit === true ? 'cached' : 'success';
  }

  #usageOf({ usage }: AICallEnd): Usage | undefined {
    if (usage === undefined || usage === null) return undefined;
    const accepted = acceptUsage(usage);
    if (accepted.corrected) this.observer.metrics.mistake('bad_usage');
    return accepted.usage;
  }

  /** `undefined` where nothing was to be paid: a call that failed, of which the provider told no usage. */
  #priceOf(end: AICallEnd, status: CallStatus, usage: Usage | undefined): Price | undefined {
    const { observer, start } = this;
    const { costUsd, servedModel } = end;
    if (costUsd !== undefined && costUsd !== null) {
      if (isAmount(costUsd)) return { costUsd, savedUsd: 0, source: 'override' };
      observer.metrics.mistake('bad_usage');
    }
    if (usage === undefined) return status === 'error' ? undefined : { unpriced: 'no_usage' };
    if (status === 'error' && usage.inputTokens + usage.outputTokens === 0) return undefined;
    const served = typeof servedModel === 'string' && servedModel !== '' ? servedModel : start.model;
    return observer.prices.priceServed(start.provider, start.model, served, usage);
  }

  #account(price: Price, status: CallStatus, attribution: string | undefined): void {
    const { observer, series, start, context } = this;
    const { metrics } = observer;
    if ('unpriced' in price) {
      metrics.unpriced.labels(series.provider, series.model, price.unpriced).inc();
      if (price.unpriced !== 'no_usage') observer.tellUnpriced(start.provider, start.model);
      return;
    }
    if (price.approximation !== undefined) {
      metrics.approximated.labels(series.provider, series.model, price.approximation).inc();
    }
    if (status === 'cached') {
      series.savings('response').add(price.costUsd);
      return;
    }
    series.cost.add(price.costUsd);
    if (price.savedUsd > 0) series.savings('prompt').add(price.savedUsd);
    metrics.spendByOrigin(context?.origin?.name, price.costUsd);
    if (attribution !== undefined) observer.attribution!.spend(attribution, price.costUsd);
  }

  #addFigures(usage: Usage | undefined, costUsd = 0): void {
    const { context } = this;
    if (context === undefined) return;
    context.addFigure('ai_calls', 1);
    context.addFigure('ai_tokens', usage === undefined ? 0 : usage.inputTokens + usage.outputTokens);
    const before = context.ai.costUsd;
    // Written down for people: to the picodollar, without the digits that binary fractions add.
    context.addFigure('ai_cost_usd', Math.round((before + costUsd) * 1e12) / 1e12 - before);
  }
}

function statusCode(status: number | undefined): string {
  return status !== undefined && Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : '';
}
