/**
 * Prometheus marks the end of a series by a NaN of one bit pattern, 0x7ff0000000000002. JavaScript has one NaN and may
 * rewrite the others, so the pattern is written and read through the array's bytes, never as a number. An engine may
 * have set the quiet bit on the way, hence the mask.
 */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;
const QUIET_BIT = 0x00080000;
const [HIGH, LOW] = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? [1, 0] : [0, 1];

/** Writes a staleness marker: from this sample on, until the next, the series does not exist. */
export function markStale(values: Float64Array, index: number): void {
  const words = wordsOf(values);
  words[index * 2 + HIGH!] = STALE_HIGH;
  words[index * 2 + LOW!] = STALE_LOW;
}

/** Whether the value is a staleness marker; an ordinary NaN is not. */
export function isStale(values: Float64Array, index: number): boolean {
  if (!Number.isNaN(values[index]!)) return false;
  const words = wordsOf(values);
  return words[index * 2 + LOW!] === STALE_LOW && (words[index * 2 + HIGH!]! & ~QUIET_BIT) === STALE_HIGH;
}

function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}
