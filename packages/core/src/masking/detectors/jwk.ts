import { filler, type PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

/** The private parts of a JSON Web Key in a text: RFC 7518, sections 6.2.2, 6.3.2 and 6.4. */
export const jwk: PatternDetector = {
  name: 'jwk',
  label: 'PRIVATE KEY',
  hints: Hint.name,
  words: ['kty'],
  pattern: /["'](?:d|p|q|dp|dq|qi|k)\\{0,3}["']\s{0,3}:\s{0,3}\\{0,3}["']([A-Za-z0-9_-]{16,4096})/g,
  examples: () => ({
    masks: [
      [
        `{"kty":"EC","crv":"P-256","x":"${'x'.repeat(43)}","d":"${filler('alphanumeric', 43)}"}`,
        `{"kty":"EC","crv":"P-256","x":"${'x'.repeat(43)}","d":"[PRIVATE KEY]"}`,
      ],
      [
        `{\\"kty\\":\\"oct\\",\\"k\\":\\"${filler('alphanumeric', 43)}\\"}`,
        '{\\"kty\\":\\"oct\\",\\"k\\":\\"[PRIVATE KEY]\\"}',
      ],
    ],
    keeps: [`{"kty":"RSA","n":"${filler('alphanumeric', 80)}","e":"AQAB"}`, `{"k":"${'v'.repeat(20)}"}`],
  }),
};
