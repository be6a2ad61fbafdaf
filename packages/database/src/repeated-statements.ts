import type { Context } from '@telltale/core';

const COUNTS = Symbol.for('telltale.v1.database.repeated');
/** Of one request or job, so many different statements are counted. */
const MAX_STATEMENTS = 200;

/** Counts a statement for its request or job. How often it ran there so far; 0 where it is not counted. */
export function countRepetition(context: Context, normalised: string): number {
  const counts = context.stateOf(COUNTS, () => new Map<string, number>());
  const before = counts.get(normalised) ?? 0;
  if (before === 0 && counts.size >= MAX_STATEMENTS) return 0;
  counts.set(normalised, before + 1);
  return before + 1;
}
