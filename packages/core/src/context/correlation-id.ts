import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** What an identifier from outside may look like; anything else is replaced, never cleaned. */
const ACCEPTABLE = /^[\w\-.:=]{1,128}$/;

/** Entropy for this many IDs is fetched at a time: a system call for each would cost four times the ID itself. */
const POOL_BYTES = 16 * 128;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

// Used again for each ID: what is new each time is only the text.
const random = new Uint8Array(16);
const options = { random };
const bytes = new Uint8Array(16);
const text = Buffer.from('00000000-0000-0000-0000-000000000000');
/** Where in the text each byte stands. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const HEX = Buffer.from('0123456789abcdef');

/** A new correlation ID: a UUID of version 7 (RFC 9562), so that IDs sort by the time they were made. */
export function newCorrelationId(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  for (let i = 0; i < 16; i++) random[i] = pool[used + i]!;
  used += 16;
  v7(options, bytes);
  for (let i = 0; i < 16; i++) {
    const place = PLACES[i]!;
    text[place] = HEX[bytes[i]! >> 4]!;
    text[place + 1] = HEX[bytes[i]! & 15]!;
  }
  return text.toString('latin1');
}

/**
 * The identifier if it can be trusted to stand in a log line and a response header (1 to 128 characters of
 * `[A-Za-z0-9_\-.:=]`), otherwise `undefined`.
 */
export function acceptCorrelationId(inbound: unknown): string | undefined {
  return typeof inbound === 'string' && ACCEPTABLE.test(inbound) ? inbound : undefined;
}
