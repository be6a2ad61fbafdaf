import { OTHER } from './statement/operations.ts';

const SQLSTATE = /^[0-9A-Z]{5}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

/**
 * What an error is called by its database: SQLSTATE of Postgres (`23505`), errno of MySQL (`1062`), result code of
 * SQLite (`SQLITE_CONSTRAINT_UNIQUE`, or the number where the driver gives no name), Prisma's `P2002`; the code of Node
 * for a lost connection (`ECONNREFUSED`); otherwise `other`.
 */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return OTHER;
  const { code, errno, errcode } = error as { code?: unknown; errno?: unknown; errcode?: unknown };
  // Errors of the system have a negative errno, and a code with a name.
  if (typeof errno === 'number' && errno > 0) return String(errno);
  if (typeof errcode === 'number') return String(errcode);
  return typeof code === 'string' && (SQLSTATE.test(code) || CODE.test(code)) ? code : OTHER;
}
