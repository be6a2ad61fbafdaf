import type { InstantResult, Metric } from './result.ts';

/** Seconds and a value as text: how Prometheus's HTTP API writes a sample. */
export type ApiSample = readonly [seconds: number, value: string];

/** The `data` of an answer of Prometheus's HTTP API, ready for `JSON.stringify`. */
export type ApiData =
  | {
      readonly resultType: 'vector';
      readonly result: readonly { readonly metric: Metric; readonly value: ApiSample }[];
    }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { readonly metric: Metric; readonly values: ApiSample[] }[];
    }
  | { readonly resultType: 'scalar' | 'string'; readonly result: ApiSample };

/** A result in the shape of Prometheus's HTTP API. */
export function toApiData(result: InstantResult): ApiData {
  switch (result.type) {
    case 'vector':
      return {
        resultType: 'vector',
        result: result.elements.map(({ metric, value }) => ({
          metric,
          value: [result.time / 1000, formatValue(value)] as const,
        })),
      };
    case 'matrix':
      return {
        resultType: 'matrix',
        result: result.series.map(({ metric, timestamps, values }) => ({
          metric,
          values: Array.from(values, (value, index) => [timestamps[index]! / 1000, formatValue(value)] as const),
        })),
      };
    case 'scalar':
      return { resultType: 'scalar', result: [result.time / 1000, formatValue(result.value)] };
    case 'string':
      return { resultType: 'string', result: [result.time / 1000, result.text] };
  }
}

/** A number as Prometheus writes it: the shortest text that reads back the same, `+Inf`, `-Inf` and `NaN`. */
export function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
