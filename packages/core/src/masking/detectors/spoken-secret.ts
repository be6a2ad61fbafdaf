import type { PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';
import { looksRandom } from './authorization.ts';

/** "The password is …", when what follows cannot be a word. */
export const spokenSecret: PatternDetector = {
  name: 'spoken-secret',
  label: 'REDACTED',
  hints: Hint.scheme,
  pattern:
    /\b(?:password|passcode|passphrase|secret|token|(?:api|access|secret|private|license) key|pin|(?:otp|security|verification|login|one-time) code) is[ \t]{1,3}["'`]?(?!\[)([^\s"'`<>]{4,512})/gi,
  check: (secret) => looksRandom(secret, 6) || /^\d{4,8}\W?$/.test(secret) || /\d[^\w.]|[^\w.]\d/.test(secret),
  examples: () => ({
    masks: [
      ['the password is hunter2x9', 'the password is [REDACTED]'],
      ['Your login code is 123456.', 'Your login code is [REDACTED]'],
    ],
    keeps: ['the token is expired', 'The password is incorrect', 'the key is missing', 'the secret is out'],
  }),
};
