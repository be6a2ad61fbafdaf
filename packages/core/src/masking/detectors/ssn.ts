import type { PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

/**
 * US social security numbers, hyphenated or spaced, without the areas, groups and serials that are never given out
 * (https://www.ssa.gov/employer/randomization.html). Nine digits in a row are only masked beside a name such as `ssn`.
 */
export const ssn: PatternDetector = {
  name: 'ssn',
  label: 'SSN',
  hints: Hint.digits,
  pattern:
    /(?<!(?<!\\)[A-Za-z0-9]|[\d.][ .-]|[-])(?!000|666|9)\d{3}(?:-(?!00)\d{2}-|[ ](?!00)\d{2}[ ]|[\u2010-\u2013](?!00)\d{2}[\u2010-\u2013])(?!0000)\d{4}(?![A-Za-z0-9]|[ .-]\d|-)/g,
  canonical: (secret) => secret.replaceAll(/\D/g, ''),
  examples: () => ({
    masks: [
      [`ssn ${'536'}-22-8641 on file`, 'ssn [SSN] on file'],
      [`${'212'} 65 4321`, '[SSN]'],
    ],
    keeps: [
      `${'000'}-12-3456`,
      `${'666'}-12-3456`,
      `${'900'}-12-3456`,
      `${'123'}-00-4567`,
      `${'123'}-45-0000`,
      '2026-11-22',
      '555-123-4567',
      '1234-56-7890',
      '123-45-67890',
      '12 345 67 8901',
    ],
  }),
};
