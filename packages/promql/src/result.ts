/** A series' labels, the metric's name under `__name__`. */
export type Metric = Readonly<Record<string, string>>;

/** One element of an instant vector. */
export interface VectorElement {
  readonly metric: Metric;
  readonly value: number;
}

/** One series of a matrix: values at those steps at which it has any. Timestamps are milliseconds. */
export interface MatrixSeries {
  readonly metric: Metric;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What a query has to say beside its values, in the words of `PromQL warning: …` and `PromQL info: …`. */
export interface Remarks {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** An instant vector, in the order that `sort` or `topk` gave it, else in no particular one. */
export interface VectorResult extends Remarks {
  readonly type: 'vector';
  /** The moment of evaluation, in milliseconds. */
  readonly time: number;
  readonly elements: readonly VectorElement[];
}

/** Series over time: of a range query sorted by labels. */
export interface MatrixResult extends Remarks {
  readonly type: 'matrix';
  readonly series: readonly MatrixSeries[];
}

export interface ScalarResult extends Remarks {
  readonly type: 'scalar';
  readonly time: number;
  readonly value: number;
}

export interface StringResult extends Remarks {
  readonly type: 'string';
  readonly time: number;
  readonly text: string;
}

export type InstantResult = VectorResult | MatrixResult | ScalarResult | StringResult;
