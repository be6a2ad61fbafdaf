import type { FunctionName } from '../syntax/signatures.ts';
import { ABSENT } from './absent.ts';
import { CHANGES } from './changes.ts';
import { DATES } from './dates.ts';
import { HISTOGRAM } from './histogram.ts';
import type { Implementation } from './implementation.ts';
import { INFO } from './info.ts';
import { LABELS } from './labels.ts';
import { MATH } from './math.ts';
import { OVER_TIME } from './over-time.ts';
import { RATES } from './rate.ts';
import { REGRESSION } from './regression.ts';
import { SCALARS } from './scalars.ts';
import { SORT } from './sort.ts';

/** How each function is computed; the compiler sees to it that none is missing. */
export const FUNCTIONS: Record<FunctionName, Implementation> = {
  ...ABSENT,
  ...CHANGES,
  ...DATES,
  ...HISTOGRAM,
  ...INFO,
  ...LABELS,
  ...MATH,
  ...OVER_TIME,
  ...RATES,
  ...REGRESSION,
  ...SCALARS,
  ...SORT,
};
