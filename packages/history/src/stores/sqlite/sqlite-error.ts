/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that call for a particular answer. */
const BUSY = new Set([5, 6]);
const DAMAGED = new Set([11, 26]);
const FULL = new Set([13]);

/** What an error of SQLite means for the store. `none` is not an error of SQLite's. */
export type SqliteTrouble = 'busy' | 'damaged' | 'full' | 'unwritable' | 'none';

/** Why an operation failed. */
export function troubleOf(error: unknown): SqliteTrouble {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return 'none';
  const primary = errcode & 0xff;
  if (BUSY.has(primary)) return 'busy';
  if (DAMAGED.has(primary)) return 'damaged';
  return FULL.has(primary) ? 'full' : 'unwritable';
}
