import { OTHER } from './statement/operations.ts';

const SQLSTATE = /^[0-9A-Z]{5}$/;
const ERRNO = /^\d{1,6}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
/** How far the causes of an error are followed: an ORM puts its own around the driver's. */
const MAX_DEPTH = 3;

/**
 * What an error is called by its database: SQLSTATE of Postgres (`23505`), errno of MySQL (`1062`), result code of
 * SQLite (`SQLITE_CONSTRAINT_UNIQUE`, or the number where the driver gives no name); the code of Node for a lost
 * connection (`ECONNREFUSED`), or of an ORM that hides the database's (`P2025`); otherwise `other`.
 */
export function errorCode(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null) return OTHER;
  const { code, errno, errcode, cause, originalCode, meta } = error as Record<string, unknown>;
  // What Prisma's adapter was told by the driver.
  const beneath = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
  if (beneath !== undefined && depth < MAX_DEPTH) {
    const found = errorCode(beneath, depth + 1);
    if (found !== OTHER) return found;
  }
  if (typeof originalCode === 'string' && (SQLSTATE.test(originalCode) || ERRNO.test(originalCode))) {
    return originalCode;
  }
  // Errors of the system have a negative errno, and a code with a name.
  if (typeof errno === 'number' && errno > 0) return String(errno);
  if (typeof errcode === 'number') return String(errcode);
  if (typeof code === 'string' && (SQLSTATE.test(code) || CODE.test(code))) return code;
  return depth < MAX_DEPTH ? errorCode(cause, depth + 1) : OTHER;
}
