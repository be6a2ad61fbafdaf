import type {
  Counter,
  CounterSeries,
  ExemplarLabels,
  Gauge,
  Histogram,
  HistogramSeries,
  Instruments,
} from '@telltale/core';
import { httpMetrics } from './metrics.ts';

/** The figures of one ended request. Times in seconds, sizes in bytes. */
export interface RequestFigures {
  readonly method: string;
  readonly route: string;
  readonly status: string;
  readonly custom: readonly string[];
  readonly duration: number;
  readonly firstByte: number | undefined;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly exemplar: ExemplarLabels | undefined;
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
  readonly #requests: Counter;
  readonly #duration: Histogram;
  readonly #firstByte: Histogram;
  readonly #requestSize: Histogram;
  readonly #responseSize: Histogram;
  readonly #aborted: Counter;
  readonly #exceptions: Counter;
  readonly inFlight: Gauge<readonly []>;
  /** By route, then method and status: all three are bounded, so this is. Custom labels go the long way. */
  readonly #known = new Map<string, Map<string, RouteSeries>>();

  constructor(instruments: Instruments, customLabels: readonly string[]) {
    const labelled = <T extends { readonly labelNames: readonly string[] }>(definition: T) => ({
      ...definition,
      labelNames: [...definition.labelNames, ...customLabels] as readonly string[],
    });
    this.#requests = instruments.counter(labelled(httpMetrics.requests));
    this.#duration = instruments.histogram(labelled(httpMetrics.duration));
    this.#firstByte = instruments.histogram(labelled(httpMetrics.firstByte));
    this.#requestSize = instruments.histogram(labelled(httpMetrics.requestSize));
    this.#responseSize = instruments.histogram(labelled(httpMetrics.responseSize));
    this.#aborted = instruments.counter(labelled(httpMetrics.aborted));
    this.#exceptions = instruments.counter(labelled(httpMetrics.exceptions));
    this.inFlight = instruments.gauge(httpMetrics.inFlight);
  }

  record(figures: RequestFigures): void {
    const series = this.#seriesOf(figures);
    series.requests.inc();
    series.duration.observe(figures.duration, figures.exemplar);
    if (figures.firstByte !== undefined) series.firstByte.observe(figures.firstByte);
    series.requestSize.observe(figures.requestSize);
    series.responseSize.observe(figures.responseSize);
  }

  aborted(method: string, route: string, custom: readonly string[]): void {
    this.#aborted.labels(method, route, ...custom).inc();
  }

  exception(method: string, route: string, type: string, custom: readonly string[]): void {
    this.#exceptions.labels(method, route, type, ...custom).inc();
  }

  #seriesOf(figures: RequestFigures): RouteSeries {
    const { method, route, status, custom } = figures;
    if (custom.length > 0) return this.#lookUp(figures);
    let ofRoute = this.#known.get(route);
    if (ofRoute === undefined) this.#known.set(route, (ofRoute = new Map()));
    const key = `${method} ${status}`;
    let series = ofRoute.get(key);
    if (series === undefined) ofRoute.set(key, (series = this.#lookUp(figures)));
    return series;
  }

  #lookUp({ method, route, status, custom }: RequestFigures): RouteSeries {
    return {
      requests: this.#requests.labels(method, route, status, ...custom),
      duration: this.#duration.labels(method, route, status, ...custom),
      firstByte: this.#firstByte.labels(method, route, ...custom),
      requestSize: this.#requestSize.labels(method, route, ...custom),
      responseSize: this.#responseSize.labels(method, route, ...custom),
    };
  }
}
