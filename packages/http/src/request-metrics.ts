import {
  type Context,
  type Counter,
  type CounterSeries,
  type ExemplarLabels,
  errorType,
  type Gauge,
  type Histogram,
  type HistogramSeries,
  type Instruments,
} from '@telltale/core';
import type { EndedRequest } from './ended-request.ts';
import { httpMetrics } from './metrics.ts';
import { methodLabel, statusLabel } from './request-labels.ts';

/** How requests are measured. */
export interface RequestMetricsOptions {
  readonly customLabels: readonly string[];
  /** `2xx` in place of `200`. */
  readonly groupStatus: boolean;
  readonly exemplars: boolean;
}

interface RouteSeries {
  readonly requests: CounterSeries;
  readonly duration: HistogramSeries;
  readonly firstByte: HistogramSeries;
  readonly requestSize: HistogramSeries;
  readonly responseSize: HistogramSeries;
}

/** The HTTP instruments of one monitor, and the series of every route met so far. */
export class RequestMetrics {
  readonly inFlight: Gauge<readonly []>;
  readonly #options: RequestMetricsOptions;
  readonly #requests: Counter;
  readonly #duration: Histogram;
  readonly #firstByte: Histogram;
  readonly #requestSize: Histogram;
  readonly #responseSize: Histogram;
  readonly #aborted: Counter;
  readonly #exceptions: Counter;
  /** By route, method and status: all three are bounded, so this is. Custom labels go the long way. */
  readonly #known = new Map<string, Map<string, Map<string, RouteSeries>>>();

  constructor(instruments: Instruments, options: RequestMetricsOptions) {
    const labelled = <T extends { readonly labelNames: readonly string[] }>(definition: T) => ({
      ...definition,
      labelNames: [...definition.labelNames, ...options.customLabels] as readonly string[],
    });
    this.#options = options;
    this.inFlight = instruments.gauge(httpMetrics.inFlight);
    this.#requests = instruments.counter(labelled(httpMetrics.requests));
    this.#duration = instruments.histogram(labelled(httpMetrics.duration));
    this.#firstByte = instruments.histogram(labelled(httpMetrics.firstByte));
    this.#requestSize = instruments.histogram(labelled(httpMetrics.requestSize));
    this.#responseSize = instruments.histogram(labelled(httpMetrics.responseSize));
    this.#aborted = instruments.counter(labelled(httpMetrics.aborted));
    this.#exceptions = instruments.counter(labelled(httpMetrics.exceptions));
  }

  /** Counts a request; `custom` has a value for each of the custom labels. */
  record(ended: EndedRequest, custom: readonly string[]): void {
    const { route, context, firstByteMs } = ended;
    const method = methodLabel(ended.method);
    const status = statusLabel(ended.status, this.#options.groupStatus);
    const series =
      custom.length > 0 ? this.#find(method, route, status, custom) : this.#seriesOf(method, route, status);
    series.requests.inc();
    series.duration.observe(ended.durationMs / 1000, this.#options.exemplars ? exemplarOf(context) : undefined);
    if (firstByteMs !== undefined) series.firstByte.observe(firstByteMs / 1000);
    series.requestSize.observe(ended.requestBytes);
    series.responseSize.observe(ended.responseBytes);
    if (ended.aborted) this.#aborted.labels(method, route, ...custom).inc();
    for (const error of ended.errors) this.#exceptions.labels(method, route, errorType(error), ...custom).inc();
  }

  #seriesOf(method: string, route: string, status: string): RouteSeries {
    let ofRoute = this.#known.get(route);
    if (ofRoute === undefined) this.#known.set(route, (ofRoute = new Map()));
    let ofMethod = ofRoute.get(method);
    if (ofMethod === undefined) ofRoute.set(method, (ofMethod = new Map()));
    let series = ofMethod.get(status);
    if (series === undefined) ofMethod.set(status, (series = this.#find(method, route, status, [])));
    return series;
  }

  #find(method: string, route: string, status: string, custom: readonly string[]): RouteSeries {
    return {
      requests: this.#requests.labels(method, route, status, ...custom),
      duration: this.#duration.labels(method, route, status, ...custom),
      firstByte: this.#firstByte.labels(method, route, ...custom),
      requestSize: this.#requestSize.labels(method, route, ...custom),
      responseSize: this.#responseSize.labels(method, route, ...custom),
    };
  }
}

function exemplarOf({ trace, correlationId }: Context): ExemplarLabels {
  return trace === undefined ? { correlation_id: correlationId } : { trace_id: trace.traceId };
}
