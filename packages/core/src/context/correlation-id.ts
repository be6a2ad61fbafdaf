import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** What an identifier from outside may look like; anything else is replaced, never cleaned. */
const ACCEPTABLE = /^[\w\-.:=]{1,128}$/;

/** Entropy for this many IDs is fetched at a time: a system call for each would cost four times the ID itself. */
const POOL_BYTES = 16 * 128;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/** A new correlation ID: a UUID of version 7 (RFC 9562), so that IDs sort by the time they were made. */
export function newCorrelationId(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += 16));
  return v7({ random });
}

/**
 * The identifier if it can be trusted to stand in a log line and a response header (1 to 128 characters of
 * `[A-Za-z0-9_\-.:=]`), otherwise `undefined`.
 */
export function acceptCorrelationId(inbound: unknown): string | undefined {
  return typeof inbound === 'string' && ACCEPTABLE.test(inbound) ? inbound : undefined;
}
