import type { InstantResult, MatrixResult, Metric } from '../result.ts';
import type { ParsedExpression } from '../syntax/parse.ts';

/** What every question may say of how long its answer may take. */
interface Patience {
  /** Milliseconds until it fails with `QueryTimeoutError`; an engine may have a shorter limit of its own. */
  readonly timeoutMs?: number;
  /** Aborts it; it then fails with `QueryCanceledError`. */
  readonly signal?: AbortSignal;
}

interface Evaluating extends Patience {
  /** How old the newest sample of a series may be for the series to exist. @default the engine's, mostly 5 minutes */
  readonly lookbackMs?: number;
}

/** When an instant query is evaluated. */
export interface InstantQuestion extends Evaluating {
  /** Milliseconds since 1970. @default now */
  readonly time?: number;
}

/** The steps of a range query, in milliseconds. */
export interface RangeQuestion extends Evaluating {
  readonly start: number;
  readonly end: number;
  readonly stepMs: number;
}

/** Series that have samples between two times (milliseconds, both included). */
export interface SeriesQuestion extends Patience {
  /** @default the beginning */
  readonly start?: number;
  /** @default no end */
  readonly end?: number;
}

/** What is known of a metric beside its samples. */
export interface MetricMetadata {
  /** `counter`, `gauge`, `histogram`, `summary` or `unknown`. */
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** By the metric's name; more than one where sources do not agree. */
export type Metadata = Readonly<Record<string, readonly MetricMetadata[]>>;

/**
 * Answers PromQL, wherever the samples are: in this process or in a real Prometheus. Alerts, the page, the HTTP API and
 * the command line ask it and need not know which. Selectors are text, such as `up{job="api"}`; of several, series
 * that any of them selects are meant, and without any, all series.
 *
 * Everything that fails on purpose is a `PromQLError` and says by its `errorType` whose fault it was.
 */
export interface QueryEngine {
  /** Evaluates an expression at one moment. */
  instant(expression: string | ParsedExpression, question?: InstantQuestion): Promise<InstantResult>;
  /** Evaluates an expression at each step of a range; the series come sorted by labels. */
  range(expression: string | ParsedExpression, question: RangeQuestion): Promise<MatrixResult>;
  /** The labels of series, sorted. */
  series(selectors: readonly string[], question?: SeriesQuestion): Promise<readonly Metric[]>;
  /** The names of labels, sorted. */
  labelNames(selectors?: readonly string[], question?: SeriesQuestion): Promise<readonly string[]>;
  /** The values of one label, sorted; metric names are those of `__name__`. */
  labelValues(name: string, selectors?: readonly string[], question?: SeriesQuestion): Promise<readonly string[]>;
  /** Type and help of one metric, or of all. */
  metadata(question?: { readonly metric?: string } & Patience): Promise<Metadata>;
}
