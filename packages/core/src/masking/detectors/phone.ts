import { type PatternDetector, WORD_START } from '../detector.ts';
import { Hint } from '../hints.ts';

/**
 * Phone numbers: international with a plus (ITU-T E.164: 8 to 15 digits) and North American in their usual spellings.
 * Off by default, since many other numbers look so.
 */
export const phone: PatternDetector = {
  name: 'phone',
  label: 'PHONE',
  optional: true,
  hints: Hint.digits,
  pattern: new RegExp(
    `(?<![A-Za-z0-9])\\+[1-9](?:[ ().-]{0,2}\\d){7,14}(?!\\d)|${WORD_START}(?<![-.\\d])(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}(?![-\\dA-Za-z]|\\.\\d)`,
    'g',
  ),
  detail: (secret) => `…${secret.replaceAll(/\D/g, '').slice(-2)}`,
  canonical: (secret) => secret.replaceAll(/\D/g, ''),
  examples: () => ({
    masks: [
      ['call +49 30 901820 now', 'call [PHONE …20] now'],
      ['+14155552671', '[PHONE …71]'],
      ['(415) 555-2671', '[PHONE …71]'],
      ['415-555-2671', '[PHONE …71]'],
    ],
    keeps: ['2026-11-22', '1763789480123', '10.200.300.4000', '192.168.100.200', '+1 2', 'ord-415-555-26711'],
  }),
};
