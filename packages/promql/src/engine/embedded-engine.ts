import type { Dialect } from '../dialect.ts';
import { PromQLError, QueryCanceledError, SeriesSourceError } from '../errors.ts';
import { Budget, type Limits } from '../evaluate/budget.ts';
import { compareText } from '../labels/compare.ts';
import { compareLabels, LabelSet } from '../labels/label-set.ts';
import type { Matcher } from '../labels/matcher.ts';
import { type QueryOptions, queryInstant, queryRange } from '../query.ts';
import type { Metric } from '../result.ts';
import type { SeriesSource } from '../source/series-source.ts';
import type { ParsedExpression } from '../syntax/parse.ts';
import { parseSelector } from '../syntax/parse-selector.ts';
import type {
  InstantQuestion,
  Metadata,
  MetricMetadata,
  QueryEngine,
  RangeQuestion,
  SeriesQuestion,
} from './query-engine.ts';

/** How an embedded engine answers. */
export interface EngineOptions {
  /** What one question may use; its own `timeoutMs` may only shorten that. */
  readonly limits?: Limits;
  /** @default 300_000 */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none. @default 60_000 */
  readonly subqueryStepMs?: number;
  /** @default PROMETHEUS_3 */
  readonly dialect?: Dialect;
  /** Lets functions and modifiers through that Prometheus keeps behind feature flags. @default false */
  readonly experimental?: boolean;
  /** Type and help of metrics, asked for each time they are wanted. @default none known */
  readonly metadata?: () => Metadata | Promise<Metadata>;
  /** Milliseconds since 1970, for questions that name no time. @default Date.now */
  readonly now?: () => number;
}

/** The first and last moment that a JavaScript date can name: all samples are between them. */
const ALL_TIME = { start: -8.64e15, end: 8.64e15 };

/**
 * An engine that evaluates in this process, over a source of series.
 *
 * @example
 * const engine = createQueryEngine(source);
 * const result = await engine.instant('sum(rate(http_requests_total[5m]))');
 */
export function createQueryEngine(source: SeriesSource, options: EngineOptions = {}): QueryEngine {
  return new EmbeddedEngine(source, options);
}

class EmbeddedEngine implements QueryEngine {
  readonly #source: SeriesSource;
  readonly #options: EngineOptions;

  constructor(source: SeriesSource, options: EngineOptions) {
    this.#source = source;
    this.#options = options;
  }

  instant(expression: string | ParsedExpression, question: InstantQuestion = {}) {
    const { now = Date.now } = this.#options;
    return queryInstant(expression, { ...this.#query(question), time: question.time ?? now() });
  }

  range(expression: string | ParsedExpression, question: RangeQuestion) {
    const { start, end, stepMs } = question;
    return queryRange(expression, { ...this.#query(question), start, end, stepMs });
  }

  async series(selectors: readonly string[], question: SeriesQuestion = {}): Promise<readonly Metric[]> {
    const found = new Map<string, LabelSet>();
    for (const labels of await this.#labels(selectors, question)) {
      const set = LabelSet.from(labels);
      found.set(set.key, set);
    }
    return [...found.values()].sort(compareLabels).map((set) => set.toRecord());
  }

  async labelNames(selectors: readonly string[] = [], question: SeriesQuestion = {}): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const labels of await this.#labels(selectors, question)) for (const name in labels) names.add(name);
    return [...names].sort(compareText);
  }

  async labelValues(name: string, selectors: readonly string[] = [], question: SeriesQuestion = {}) {
    const values = new Set<string>();
    for (const labels of await this.#labels(selectors, question)) {
      const value = labels[name];
      if (value) values.add(value);
    }
    return [...values].sort(compareText);
  }

  async metadata({ metric }: { readonly metric?: string } = {}): Promise<Metadata> {
    const all = (await this.#options.metadata?.()) ?? {};
    if (metric === undefined) return all;
    const known: readonly MetricMetadata[] | undefined = Object.hasOwn(all, metric) ? all[metric] : undefined;
    return known === undefined ? {} : { [metric]: known };
  }

  #query({ signal, timeoutMs, lookbackMs }: InstantQuestion): QueryOptions {
    const { lookbackMs: usual, subqueryStepMs, dialect, experimental } = this.#options;
    return {
      source: this.#source,
      signal,
      limits: this.#limits(timeoutMs),
      lookbackMs: lookbackMs ?? usual,
      subqueryStepMs,
      dialect,
      experimental,
    };
  }

  #limits(timeoutMs: number | undefined): Limits | undefined {
    const { limits } = this.#options;
    return timeoutMs === undefined
      ? limits
      : { ...limits, timeoutMs: Math.min(timeoutMs, limits?.timeoutMs ?? Number.POSITIVE_INFINITY) };
  }

  /** The labels of series that any selector accepts, some maybe twice. */
  async #labels(selectors: readonly string[], question: SeriesQuestion): Promise<Metric[]> {
    const { start = ALL_TIME.start, end = ALL_TIME.end, signal, timeoutMs } = question;
    const selections = selectors.length === 0 ? [[]] : selectors.map((text) => parseSelector(text, this.#options));
    const budget = new Budget(this.#limits(timeoutMs), signal, () => performance.now());
    const all: Metric[] = [];
    for (const matchers of start > end ? [] : selections) {
      budget.check();
      const found = await budget.waitFor(this.#read(matchers, start, end, signal));
      budget.takeSeries(found.length);
      for (const labels of found) all.push(labels);
    }
    budget.check();
    return all;
  }

  async #read(matchers: readonly Matcher[], start: number, end: number, signal: AbortSignal | undefined) {
    try {
      if (this.#source.series !== undefined) return await this.#source.series(matchers, start, end, signal);
      const selected = await this.#source.select(matchers, start, end, signal);
      return selected.filter(({ timestamps }) => hasBetween(timestamps, start, end)).map(({ labels }) => labels);
    } catch (cause) {
      if (signal?.aborted) throw new QueryCanceledError(signal.reason);
      if (cause instanceof PromQLError) throw cause;
      throw new SeriesSourceError(cause);
    }
  }
}

/** Whether a time lies between two others; a source may give more samples than it was asked for. */
function hasBetween(timestamps: ArrayLike<number>, start: number, end: number): boolean {
  const { length } = timestamps;
  if (length === 0 || timestamps[0]! > end || timestamps[length - 1]! < start) return false;
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < start) low = middle + 1;
    else high = middle;
  }
  return timestamps[low]! <= end;
}
