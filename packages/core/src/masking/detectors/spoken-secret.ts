import type { PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';
import { looksRandom } from './authorization.ts';

const AFTER_IS = /\b(?:is|was)[ \t]{1,3}["'`]?$/;
/** What stands beside the word in prose and has a digit too. */
const NO_PASSWORD =
  /^(?:sha|md|argon|pbkdf|base|bcrypt|scrypt|crypt|oauth|rfc|utf|http|pkcs|ipv?|user|field|line|step|v|k|s|x|ec|i|attempt|retry|try|change|rule|reset|policy|version|item|level|test|min|max|len|length|hash|part|round|key|id)-?\d/i;

/** "The password is …" and "password …", when what follows cannot be a word. */
export const spokenSecret: PatternDetector = {
  name: 'spoken-secret',
  label: 'REDACTED',
  hints: Hint.scheme,
  pattern:
    /\b(?:(?:password|passcode|passphrase|secret|token|(?:api|access|secret|private|license) key|pin|(?:otp|security|verification|login|one-time) code) (?:is|was)|password|passwd|passcode|passphrase|pwd)[ \t]{1,3}["'`]?(?!\[)([^\s"'`<>]{4,512})/gi,
  check: (secret, text, at) => {
    if (!AFTER_IS.test(text.slice(Math.max(0, at - 8), at))) return isPassword(secret);
    return looksRandom(secret, 6) || /^\d{4,8}\W?$/.test(secret) || /\d[^\w.]|[^\w.]\d/.test(secret);
  },
  examples: () => ({
    masks: [
      ['the password is hunter2x9', 'the password is [REDACTED]'],
      ['logged in with password hunter2', 'logged in with password [REDACTED]'],
      ['Your login code is 123456.', 'Your login code is [REDACTED]'],
    ],
    keeps: [
      'password sha256 is too weak',
      'password attempt3 failed',
      'password user42 changed',
      'forgot password 2026-11-22',
      'password at /login/v2',
      'password hashed with argon2',
      'password argon2id:19',
      'password policy-v2.1',
      'the token is expired',
      'The password is incorrect',
      'the key is missing',
      'the secret is out',
    ],
  }),
};

/** Without an "is" it must be one word of letters and digits, perhaps with signs that passwords have. */
function isPassword(secret: string): boolean {
  return (
    secret.length >= 6 &&
    /^[A-Za-z]/.test(secret) &&
    /\d[!@#$%^&*?]?[.,;]?$|[!@#$%^&*].*\d|[A-Za-z]\d+[A-Za-z]/.test(secret) &&
    !/[:/=()[\]{}<>_-]/.test(secret) &&
    !NO_PASSWORD.test(secret)
  );
}
