import { createHmac } from 'node:crypto';
import type { Cover } from './detector.ts';

/** What a mask shows beside the kind of what it hides. */
export type Reveal = (typeof REVEALS)[number];

/**
 * `kind`: the kind, the last four of cards and accounts, part of e-mail addresses. `last-four`: the last four
 * characters of all that is long enough. `hash`: a keyed hash, so that equal secrets can be joined. `nothing`: the kind alone.
 */
export const REVEALS = ['kind', 'last-four', 'hash', 'nothing'] as const;

/** Four characters of fewer than twelve would be too much of a secret. */
const SHORTEST_WITH_LAST_FOUR = 12;
const HASH_DIGITS = 16;

/**
 * Masks in one grammar: `[LABEL]`, `[LABEL …last]`, `[LABEL #hash]`, or `[LABEL detail]` where part of the value is shown.
 * The hash is the start of HMAC-SHA-256 with `hashKey`.
 */
export function createCover(reveal: Reveal, hashKey: string | Uint8Array | undefined): Cover {
  switch (reveal) {
    case 'nothing':
      return (label) => `[${label}]`;
    case 'last-four':
      return (label, secret, detail) =>
        detail === undefined && secret.length >= SHORTEST_WITH_LAST_FOUR
          ? `[${label} …${printable(secret.slice(-4))}]`
          : withDetail(label, detail);
    case 'hash':
      return (label, secret) => {
        const hash = createHmac('sha256', hashKey!).update(secret).digest('hex').slice(0, HASH_DIGITS);
        return `[${label} #${hash}]`;
      };
    default:
      return (label, _secret, detail) => withDetail(label, detail);
  }
}

function withDetail(label: string, detail: string | undefined): string {
  return detail === undefined ? `[${label}]` : `[${label} ${detail}]`;
}

/** What could end the mask early, or be taken for part of what stands around it. */
function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '*');
}
