import { Annotations } from './annotations.ts';
import type { Dialect } from './dialect.ts';
import { BadQueryError } from './errors.ts';
import { Budget, type Limits } from './evaluate/budget.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { Evaluation, type QuerySpan } from './evaluate/evaluation.ts';
import { hasValues, type StepSeries, type Steps, sameLabels, timeAt, type Value } from './evaluate/steps.ts';
import { presentSamples, rangeVector } from './evaluate/windows.ts';
import { compareLabels } from './labels/label-set.ts';
import type { InstantResult, MatrixResult, MatrixSeries, Remarks } from './result.ts';
import type { SeriesSource } from './source/series-source.ts';
import { unwrapped } from './syntax/ast.ts';
import { type ParsedExpression, parseExpression } from './syntax/parse.ts';
import { documentedType } from './syntax/value-type.ts';

/** What instant and range queries have in common. */
export interface QueryOptions {
  readonly source: SeriesSource;
  /** Aborts the query; it then throws `QueryCanceledError`. */
  readonly signal?: AbortSignal;
  readonly limits?: Limits;
  /** How old the newest sample of a series may be for the series to exist. @default 300_000 */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none: Prometheus's `global.evaluation_interval`. @default 60_000 */
  readonly subqueryStepMs?: number;
  /** @default PROMETHEUS_3, or that by which a parsed expression was read */
  readonly dialect?: Dialect;
  /** Lets functions and modifiers through that Prometheus keeps behind feature flags. @default false */
  readonly experimental?: boolean;
  /** Milliseconds of a clock that never goes back, for `limits.timeoutMs`. @default performance.now */
  readonly now?: () => number;
}

export interface InstantQueryOptions extends QueryOptions {
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface RangeQueryOptions extends QueryOptions {
  /** The first step, in milliseconds since 1970. */
  readonly start: number;
  /** No step comes after it. */
  readonly end: number;
  readonly stepMs: number;
}

/**
 * Evaluates an expression at one moment.
 *
 * @throws {ParseError} where the text is not PromQL.
 * @throws {PromQLError} where it has no answer, was aborted, or ran into a limit.
 *
 * @example
 * const result = await queryInstant('sum(rate(http_requests_total[5m]))', { source, time: Date.now() });
 */
export async function queryInstant(
  expression: string | ParsedExpression,
  options: InstantQueryOptions,
): Promise<InstantResult> {
  const parsed = parsedOf(expression, options);
  const steps: Steps = { start: wholeMs('time', options.time), interval: 1, count: 1 };
  const evaluation = evaluationOf(parsed, { start: steps.start, end: steps.start, step: 0 }, options);
  const node = unwrapped(parsed.root);
  const { start: time } = steps;

  if (node.kind === 'range' || node.kind === 'subquery') {
    const range = await rangeVector(evaluation, node, steps);
    const end = (range.fixed ?? time) - range.offset;
    const start = end - range.rangeMs;
    const inside = (at: number) =>
      at <= end && (at > start || (at === start && parsed.dialect.leftEdge === 'included'));
    const series = range.series.map(({ labels, timestamps, values }) => ({
      metric: labels.toRecord(),
      timestamps: timestamps.filter(inside),
      values: values.filter((_, index) => inside(timestamps[index]!)),
    }));
    return { type: 'matrix', series: series.filter(({ values }) => values.length > 0), ...remarksOf(evaluation) };
  }

  const value = await evaluate(evaluation, node, steps);
  const remarks = remarksOf(evaluation);
  if (value.type === 'string') return { type: 'string', time, text: value.text, ...remarks };
  if (value.type === 'scalar') return { type: 'scalar', time, value: value.values[0]!, ...remarks };
  const present = value.series.filter(hasValues);
  failOnAlike(present);
  const elements = present.map(({ labels, values }) => ({ metric: labels.toRecord(), value: values[0]! }));
  return { type: 'vector', time, elements, ...remarks };
}

/**
 * Evaluates an expression at each step of a range. A scalar comes as one series without labels.
 *
 * @throws {ParseError} where the text is not PromQL.
 * @throws {PromQLError} where it has no answer, was aborted, or ran into a limit.
 *
 * @example
 * const end = Date.now();
 * const { series } = await queryRange('up', { source, start: end - 3_600_000, end, stepMs: 15_000 });
 */
export async function queryRange(
  expression: string | ParsedExpression,
  options: RangeQueryOptions,
): Promise<MatrixResult> {
  const parsed = parsedOf(expression, options);
  const { type } = parsed.root;
  if (type !== 'scalar' && type !== 'vector') {
    throw new BadQueryError(
      `invalid expression type "${documentedType(type)}" for range query, must be Scalar or instant Vector`,
    );
  }
  const steps = stepsOf(options);
  const span = { start: steps.start, end: wholeMs('end', options.end), step: steps.interval };
  const evaluation = evaluationOf(parsed, span, options);
  const { maxSteps } = evaluation.budget.limits;
  if (steps.count > maxSteps) {
    throw new BadQueryError(
      `exceeded maximum resolution of ${maxSteps} points per series: ${steps.count}; use a longer step or raise limits.maxSteps`,
    );
  }
  const value = await evaluate(evaluation, parsed.root, steps);
  return { type: 'matrix', series: await matrixOf(value, steps, evaluation.budget), ...remarksOf(evaluation) };
}

function parsedOf(expression: string | ParsedExpression, options: QueryOptions): ParsedExpression {
  return typeof expression === 'string' ? parseExpression(expression, options) : expression;
}

function stepsOf({ start, end, stepMs }: RangeQueryOptions): Steps {
  const first = wholeMs('start', start);
  const last = wholeMs('end', end);
  const interval = wholeMs('stepMs', stepMs);
  if (interval <= 0) throw new BadQueryError(`stepMs must be above zero, got ${stepMs}`);
  if (last < first) throw new BadQueryError(`end must not be before start, got ${end} and ${start}`);
  return { start: first, interval, count: Math.floor((last - first) / interval) + 1 };
}

function wholeMs(name: string, value: number): number {
  if (Number.isFinite(value)) return Math.round(value);
  throw new BadQueryError(`${name} must be a number of milliseconds, got ${value}`);
}

function evaluationOf(parsed: ParsedExpression, query: QuerySpan, options: QueryOptions): Evaluation {
  return new Evaluation({
    source: options.source,
    dialect: options.dialect ?? parsed.dialect,
    lookbackMs: options.lookbackMs ?? 300_000,
    subqueryStepMs: options.subqueryStepMs ?? 60_000,
    query,
    budget: new Budget(options.limits, options.signal, options.now ?? (() => performance.now())),
    annotations: new Annotations(parsed.text),
  });
}

function remarksOf({ annotations }: Evaluation): Remarks {
  return { warnings: annotations.warnings, infos: annotations.infos };
}

function failOnAlike(series: readonly StepSeries[]): void {
  const seen = new Set<string>();
  for (const { labels } of series) {
    if (seen.has(labels.key)) throw sameLabels(labels);
    seen.add(labels.key);
  }
}

async function matrixOf(value: Value, steps: Steps, budget: Budget): Promise<readonly MatrixSeries[]> {
  if (value.type === 'string') return [];
  if (value.type === 'scalar') {
    const timestamps = Float64Array.from({ length: steps.count }, (_, step) => timeAt(steps, step));
    return [{ metric: {}, timestamps, values: value.values }];
  }
  const present = value.series.filter(hasValues);
  failOnAlike(present);
  const sorted = present.sort((a, b) => compareLabels(a.labels, b.labels));
  const matrix: MatrixSeries[] = [];
  for (const series of sorted) {
    const { labels, timestamps, values } = presentSamples(series, steps);
    matrix.push({ metric: labels.toRecord(), timestamps, values });
    if (budget.spend(steps.count)) await budget.pause();
  }
  return matrix;
}
