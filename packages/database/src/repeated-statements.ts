import type { Context } from '@telltale/core';

/** Not shared by copies of Telltale: each numbers its databases itself. */
const COUNTS = Symbol('telltale.database.repeated');
/** Of one request or job, so many different statements are counted. */
const MAX_STATEMENTS = 200;

/** What is repeated without having been better asked for at once. */
const NOT_COUNTED: ReadonlySet<string> = new Set(
  (
    'BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE SET RESET SHOW USE PRAGMA DECLARE FETCH MOVE CLOSE PREPARE DEALLOCATE ' +
    'LISTEN NOTIFY UNLISTEN DISCARD CONNECT'
  ).split(' '),
);

/** Whether to count statements of an operation. */
export function countsRepetition(operation: string): boolean {
  return !NOT_COUNTED.has(operation);
}

/** Counts a statement for its request or job. How often it ran there so far; 0 where it is not counted. */
export function countRepetition(context: Context, statement: string): number {
  const counts = context.stateOf(COUNTS, () => new Map<string, number>());
  const before = counts.get(statement) ?? 0;
  if (before === 0 && counts.size >= MAX_STATEMENTS) return 0;
  counts.set(statement, before + 1);
  return before + 1;
}
