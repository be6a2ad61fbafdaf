export { type Dialect, PROMETHEUS_2, PROMETHEUS_3 } from './dialect.ts';
export { createQueryEngine, type EngineOptions } from './engine/embedded-engine.ts';
export type {
  InstantQuestion,
  Metadata,
  MetricMetadata,
  QueryEngine,
  RangeQuestion,
  SeriesQuestion,
} from './engine/query-engine.ts';
export {
  BadQueryError,
  EvaluationError,
  ParseError,
  PromQLError,
  QueryCanceledError,
  type QueryErrorType,
  QueryTimeoutError,
  QueryUnavailableError,
  SeriesSourceError,
} from './errors.ts';
export type { Limits } from './evaluate/budget.ts';
export { type ApiData, type ApiSample, formatValue, toApiData } from './format-result.ts';
export { Matcher, type MatchOperator } from './labels/matcher.ts';
export {
  type InstantQueryOptions,
  type QueryOptions,
  queryInstant,
  queryRange,
  type RangeQueryOptions,
} from './query.ts';
export type {
  InstantResult,
  MatrixResult,
  MatrixSeries,
  Metric,
  Remarks,
  ScalarResult,
  StringResult,
  VectorElement,
  VectorResult,
} from './result.ts';
export { MemorySource, type SampleValue } from './source/memory-source.ts';
export type { SeriesData, SeriesSource } from './source/series-source.ts';
export { isStale, markStale } from './source/stale.ts';
export {
  type Aggregation,
  type BinaryExpression,
  type Call,
  childrenOf,
  type Expression,
  type Matching,
  type MatrixSelector,
  type NumberLiteral,
  type ParenthesisedExpression,
  type StringLiteral,
  type Subquery,
  type TimeShift,
  type UnaryExpression,
  type VectorSelector,
} from './syntax/ast.ts';
export { formatDuration, parseDuration } from './syntax/duration.ts';
export type { Duration, DurationFormula } from './syntax/duration-formula.ts';
export { formatExpression } from './syntax/format-expression.ts';
export { AGGREGATIONS, type AggregationOperator, type BinaryOperator } from './syntax/operators.ts';
export { type ParsedExpression, type ParseOptions, parseExpression } from './syntax/parse.ts';
export { parseSelector } from './syntax/parse-selector.ts';
export type { Position, Span } from './syntax/position.ts';
export { FUNCTION_NAMES, type FunctionName, type Signature, signatureOf } from './syntax/signatures.ts';
export { documentedType, type ValueType } from './syntax/value-type.ts';
