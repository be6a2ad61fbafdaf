import { expect, it } from 'vitest';
import * as ai from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(ai).sort()).toMatchInlineSnapshot(`
    [
      "BudgetExceededError",
      "aiMetrics",
      "aiObserver",
      "aiOptions",
      "calculateAICost",
      "configureAI",
      "monitorAIClient",
      "monitorAnthropic",
      "monitorBedrock",
      "monitorGoogleGenAI",
      "monitorMistral",
      "monitorOpenAI",
      "monitorVercelAI",
      "trackAICall",
      "trackAICallWithCost",
      "unmonitorAI",
    ]
  `);
});
