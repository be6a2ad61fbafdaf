import {
  type InstantResult,
  type MatrixResult,
  type MatrixSeries,
  type Metric,
  QueryUnavailableError,
  type Remarks,
} from '@telltale/promql';
import type { Reply } from './client.ts';

type Sample = readonly [seconds: number, value: string];

/** One entry of a vector or matrix; native histograms stand beside its values, or in place of them. */
interface Entry {
  readonly metric: Metric;
  readonly value?: Sample;
  readonly values?: readonly Sample[];
  readonly histogram?: unknown;
  readonly histograms?: readonly unknown[];
}

/** What `read` makes of an answer. @throws {QueryUnavailableError} where it is not made as Prometheus's are. */
export function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new QueryUnavailableError('Prometheus answered with a result that is not made as its results are', { cause });
  }
}

/** A list, as it stands in an answer. @throws {QueryUnavailableError} where it is none. */
export function listIn<T>({ data }: Reply): readonly T[] {
  if (Array.isArray(data)) return data;
  throw new QueryUnavailableError('Prometheus answered with something else than the list that was asked for');
}

/** An instant query's answer. `time` is when it was asked about, for a vector that has no elements. */
export function instantResult(reply: Reply, time: number): InstantResult {
  const { resultType, result } = reply.data as { resultType?: string; result: unknown };
  switch (resultType) {
    case 'vector': {
      const all = result as readonly Entry[];
      const elements = all.filter(({ value }) => value !== undefined);
      return {
        type: 'vector',
        time: elements[0] === undefined ? time : milliseconds(elements[0].value!),
        elements: elements.map(({ metric, value }) => ({ metric, value: numberOf(value![1]) })),
        ...remarks(reply, elements.length < all.length),
      };
    }
    case 'matrix':
      return matrixResult(reply);
    case 'scalar': {
      const sample = result as Sample;
      return { type: 'scalar', time: milliseconds(sample), value: numberOf(sample[1]), ...remarks(reply, false) };
    }
    case 'string': {
      const sample = result as Sample;
      return { type: 'string', time: milliseconds(sample), text: sample[1], ...remarks(reply, false) };
    }
    default:
      throw new QueryUnavailableError(`Prometheus answered with a result of the type ${JSON.stringify(resultType)}`);
  }
}

/** A range query's answer. */
export function matrixResult(reply: Reply): MatrixResult {
  const all = (reply.data as { result: readonly Entry[] }).result;
  const series = all.filter(({ values = [] }) => values.length > 0).map(seriesOf);
  const left = all.some(({ histograms = [] }) => histograms.length > 0);
  return { type: 'matrix', series, ...remarks(reply, left) };
}

function seriesOf({ metric, values = [] }: Entry): MatrixSeries {
  return {
    metric,
    timestamps: Float64Array.from(values, milliseconds),
    values: Float64Array.from(values, ([, value]) => numberOf(value)),
  };
}

function remarks({ warnings, infos }: Reply, leftOut: boolean): Remarks {
  return { warnings: leftOut ? [...warnings, 'native histograms are left out'] : warnings, infos };
}

function milliseconds([seconds]: Sample): number {
  if (typeof seconds !== 'number') throw new TypeError(`${seconds} is no time`);
  return Math.round(seconds * 1000);
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  if (typeof text !== 'string' || (Number.isNaN(value) && text !== 'NaN')) throw new TypeError(`${text} is no number`);
  return value;
}
