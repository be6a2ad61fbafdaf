import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { isCodeName } from './code-name.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';

/** Of each form so many, the same at every run. */
const SAMPLES = 2_000;

const FORMS: Readonly<Record<string, (random: () => number) => string>> = {
  nanoid: drawn(`${LOWER}${UPPER}${DIGITS}_-`, 21),
  'short nanoid': drawn(`${LOWER}${UPPER}${DIGITS}_-`, 11),
  base62: drawn(LOWER + UPPER + DIGITS, 11),
  'long base62': drawn(LOWER + UPPER + DIGITS, 22),
  letters: drawn(LOWER + UPPER, 11),
  base36: drawn(LOWER + DIGITS, 11),
  base32: drawn(`${UPPER}234567`, 16),
  cuid: (random) => `c${drawn(LOWER + DIGITS, 24)(random)}`,
  hex: drawn(`${DIGITS}abcdef`, 12),
  'object ID': drawn(`${DIGITS}abcdef`, 24),
  UUID: (random) => [8, 4, 4, 4, 12].map((length) => drawn(`${DIGITS}abcdef`, length)(random)).join('-'),
  'session ID with a word before': (random) => `sess_${drawn(LOWER, 18)(random)}`,
};

function drawn(alphabet: string, length: number): (random: () => number) => string {
  return (random) => Array.from({ length }, () => alphabet[random() % alphabet.length]).join('');
}

function numbers(seed: string): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${seed}${count++}`).digest().readUInt32BE();
}

it.each(Object.entries(FORMS))('takes next to no %s for a name', (seed, make) => {
  const random = numbers(seed);
  const taken = Array.from({ length: SAMPLES }, () => make(random)).filter(isCodeName);
  expect(taken.length).toBeLessThanOrEqual(SAMPLES / 500);
});

it.each([
  'V1StGXR_Z5jdHi-myTxQw',
  'xQvKpLmNbRtYwZsDfGhJk',
  'tok-SECRETsecretTOKEN',
  'sess_abcdefghijklmnopqrst',
  'AKIAIOSFODNN',
  '4711',
  'user4711',
  'a1b2c3',
  'ann@example.com',
  'a b',
  '',
])('takes %j for no name', (text) => {
  expect(isCodeName(text)).toBe(false);
});

it('takes the prefixes of real services for names', () => {
  const names = `users user-profile user_sessions Session sess rate_limit rateLimit ratelimit apiCache v1.products v2.user
    bull bullmq queue jobs lock redlock cache http fragment session-store refresh_token oauth2 jwt csrf otp authz
    permissions feature_flags featureFlags config preferences accounts tenants organizations workspace projects
    repositories comments notifications emails webhooks events stream stats metrics leaderboard geo countries
    currency exchange_rates prices quotes invoices payments subscriptions customers catalog categories
    autocomplete suggestions recommendations analytics dashboard uploads thumbnails videos transcripts playlist
    weather telemetry heartbeat presence socket.io graphql trpc idempotency throttle quota allowlist blacklist dns
    s3 cluster scheduler lease workflows staging translations locale getUser ProductService UserDto slug sitemap
    short-links redirects answers inventoryItem orderbook ledger transactions documents checkout-session api.v1.users`;
  expect(names.split(/\s+/).filter((name) => !isCodeName(name))).toEqual([]);
});
