import { filler, type PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

/** What follows "bearer" and "basic" in prose and in challenges rather than in a credential. */
const WORDS_AFTER_SCHEME = new Set(
  `auth authentication authorization authorisation token tokens realm error scope scheme schemes header headers
  credential credentials challenge format type value key jwt undefined null true false none missing invalid expired
  required malformed is was not has must should and or of in the from for with to access string usage info information
  example examples plan tier user users setup level skills english operations configuration`.split(/\s+/),
);

/** `Bearer …` (RFC 6750) and its kin, wherever they stand. */
export const bearer: PatternDetector = {
  name: 'bearer',
  label: 'BEARER',
  hints: Hint.scheme,
  pattern:
    /\b(?:bearer|dpop|token|apikey|sso-key|ssws|splunk|genie ?key|privatetoken)[ +:]{1,3}(?!\[)([A-Za-z0-9._~+/|=-]{6,})/gi,
  check: (secret, text, at) => {
    const scheme = /([a-z-]+)[ +:]*$/i.exec(text.slice(Math.max(0, at - 16), at))?.[1]?.toLowerCase();
    if (scheme !== 'bearer' && scheme !== 'dpop') return looksRandom(secret, 20);
    const word = secret.replace(/[.=]+$/, '');
    if (!/^[A-Za-z]+$/.test(word)) return !/^[a-z]+=/.test(secret) && /[A-Za-z0-9]/.test(word);
    return word.length >= 8 && !WORDS_AFTER_SCHEME.has(word.toLowerCase());
  },
  examples: () => ({
    masks: [
      [`authorized by Bearer ${filler('alphanumeric', 24)} today`, 'authorized by Bearer [BEARER] today'],
      ['sent bearer abc123.def-456', 'sent bearer [BEARER]'],
      [`used token ${filler('hex', 40)}`, 'used token [BEARER]'],
    ],
    keeps: [
      'Bearer token is missing',
      'WWW-Authenticate: Bearer realm="api"',
      'Bearer authentication required',
      'token expired',
    ],
  }),
};

/** `Basic …` (RFC 7617): base64 of a name, a colon and a password. */
export const basic: PatternDetector = {
  name: 'basic',
  label: 'BASIC',
  hints: Hint.scheme,
  pattern: /\bbasic[ +]{1,3}([A-Za-z0-9+/_-]{6,}={0,2})/gi,
  check: (secret) => {
    const decoded = Buffer.from(secret, 'base64').toString('latin1');
    return decoded.includes(':') && /^[\x20-\x7e\x80-\xff]+$/.test(decoded);
  },
  canonical: (secret) => secret.replace(/=+$/, ''),
  examples: () => ({
    masks: [[`used Basic ${Buffer.from('alice:s3cr3t').toString('base64')}.`, 'used Basic [BASIC].']],
    keeps: ['Basic authentication failed', 'Basic realm="api"', 'basic information'],
  }),
};

/** Whether a value has letters and digits, and so many characters that it is hardly a word or a number. */
export function looksRandom(value: string, shortest = 12): boolean {
  return value.length >= shortest && /\d/.test(value) && /[A-Za-z]/.test(value);
}
