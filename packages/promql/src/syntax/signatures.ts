import type { ValueType } from './value-type.ts';

/** What a function takes and gives. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  /** How many arguments may follow the first `parameters.length - 1`: exactly one for 0, any number for -1. */
  readonly variadic: number;
  readonly returns: ValueType;
  /** Prometheus refuses it unless a feature flag is set; so do we. */
  readonly experimental: boolean;
}

type Extra = Partial<Pick<Signature, 'variadic' | 'experimental'>>;

function signature(returns: ValueType, parameters: readonly ValueType[], extra: Extra = {}): Signature {
  return { parameters, variadic: 0, returns, experimental: false, ...extra };
}

const ofVector = signature('vector', ['vector']);
const ofRange = signature('vector', ['matrix']);
const ofDate = signature('vector', ['vector'], { variadic: 1 });
const ofRangeLater = signature('vector', ['matrix'], { experimental: true });
const ofQueryLater = signature('scalar', [], { experimental: true });
const sorting = signature('vector', ['vector', 'string'], { variadic: -1, experimental: true });

const SIGNATURES = {
  abs: ofVector,
  absent: ofVector,
  absent_over_time: ofRange,
  acos: ofVector,
  acosh: ofVector,
  asin: ofVector,
  asinh: ofVector,
  atan: ofVector,
  atanh: ofVector,
  avg_over_time: ofRange,
  ceil: ofVector,
  changes: ofRange,
  clamp: signature('vector', ['vector', 'scalar', 'scalar']),
  clamp_max: signature('vector', ['vector', 'scalar']),
  clamp_min: signature('vector', ['vector', 'scalar']),
  cos: ofVector,
  cosh: ofVector,
  count_over_time: ofRange,
  day_of_month: ofDate,
  day_of_week: ofDate,
  day_of_year: ofDate,
  days_in_month: ofDate,
  deg: ofVector,
  delta: ofRange,
  deriv: ofRange,
  double_exponential_smoothing: signature('vector', ['matrix', 'scalar', 'scalar'], { experimental: true }),
  end: ofQueryLater,
  exp: ofVector,
  first_over_time: ofRangeLater,
  floor: ofVector,
  histogram_fraction: signature('vector', ['scalar', 'scalar', 'vector']),
  histogram_quantile: signature('vector', ['scalar', 'vector']),
  histogram_quantiles: signature('vector', ['vector', 'string', 'scalar', 'scalar'], {
    variadic: 9,
    experimental: true,
  }),
  hour: ofDate,
  idelta: ofRange,
  increase: ofRange,
  info: signature('vector', ['vector', 'vector'], { variadic: 1, experimental: true }),
  irate: ofRange,
  label_join: signature('vector', ['vector', 'string', 'string', 'string'], { variadic: -1 }),
  label_replace: signature('vector', ['vector', 'string', 'string', 'string', 'string']),
  last_over_time: ofRange,
  ln: ofVector,
  log10: ofVector,
  log2: ofVector,
  mad_over_time: ofRangeLater,
  max_over_time: ofRange,
  min_over_time: ofRange,
  minute: ofDate,
  month: ofDate,
  pi: signature('scalar', []),
  predict_linear: signature('vector', ['matrix', 'scalar']),
  present_over_time: ofRange,
  quantile_over_time: signature('vector', ['scalar', 'matrix']),
  rad: ofVector,
  range: ofQueryLater,
  rate: ofRange,
  resets: ofRange,
  round: signature('vector', ['vector', 'scalar'], { variadic: 1 }),
  scalar: signature('scalar', ['vector']),
  sgn: ofVector,
  sin: ofVector,
  sinh: ofVector,
  sort: ofVector,
  sort_by_label: sorting,
  sort_by_label_desc: sorting,
  sort_desc: ofVector,
  sqrt: ofVector,
  start: ofQueryLater,
  stddev_over_time: ofRange,
  stdvar_over_time: ofRange,
  step: ofQueryLater,
  sum_over_time: ofRange,
  tan: ofVector,
  tanh: ofVector,
  time: signature('scalar', []),
  timestamp: ofVector,
  ts_of_first_over_time: ofRangeLater,
  ts_of_last_over_time: ofRangeLater,
  ts_of_max_over_time: ofRangeLater,
  ts_of_min_over_time: ofRangeLater,
  vector: signature('vector', ['scalar']),
  year: ofDate,
} as const satisfies Record<string, Signature>;

/** The functions that exist here. */
export type FunctionName = keyof typeof SIGNATURES;

/** Functions of native histograms, which no store of ours holds: refused by name. */
export const NATIVE_HISTOGRAM_FUNCTIONS: ReadonlySet<string> = new Set([
  'histogram_avg',
  'histogram_count',
  'histogram_stddev',
  'histogram_stdvar',
  'histogram_sum',
]);

/** The names of all functions, for completion and documentation. */
export const FUNCTION_NAMES = Object.keys(SIGNATURES) as readonly FunctionName[];

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(SIGNATURES, name);
}

export function signatureOf(name: FunctionName): Signature {
  return SIGNATURES[name];
}
