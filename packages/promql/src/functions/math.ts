import { element, type Implementation } from './implementation.ts';

/** Functions of one number, and those that bound or round it. */
export const MATH = {
  abs: element(Math.abs),
  acos: element(Math.acos),
  acosh: element(Math.acosh),
  asin: element(Math.asin),
  asinh: element(Math.asinh),
  atan: element(Math.atan),
  atanh: element(Math.atanh),
  ceil: element(Math.ceil),
  clamp: {
    kind: 'element',
    compute: (value, least, most) => larger(least, smaller(most, value)),
    isVoid: (least, most) => most < least,
  },
  clamp_max: element((value, most) => smaller(most, value)),
  clamp_min: element((value, least) => larger(least, value)),
  cos: element(Math.cos),
  cosh: element(Math.cosh),
  deg: element((value) => (value * 180) / Math.PI),
  exp: element(Math.exp),
  floor: element(Math.floor),
  ln: element(Math.log),
  log10: element(Math.log10),
  log2: element(Math.log2),
  rad: element((value) => (value * Math.PI) / 180),
  round: element(roundTo),
  sgn: element((value) => (value < 0 ? -1 : value > 0 ? 1 : value)),
  sin: element(Math.sin),
  sinh: element(Math.sinh),
  sqrt: element(Math.sqrt),
  tan: element(Math.tan),
  tanh: element(Math.tanh),
} as const satisfies Record<string, Implementation>;

/** To the nearest multiple, halves upwards. Multiplying by the inverse is what Prometheus does, and loses less. */
function roundTo(value: number, multiple: number): number {
  const inverse = 1 / multiple;
  return Math.floor(value * inverse + 0.5) / inverse;
}

/** Go's Max: an infinity wins over NaN. */
function larger(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

/** Go's Min: an infinity wins over NaN. */
function smaller(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}
