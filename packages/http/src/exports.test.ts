import { expect, it } from 'vitest';
import * as http from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(http).sort()).toMatchInlineSnapshot(`
    [
      "UNMATCHED",
      "expressMonitoring",
      "httpMetrics",
      "httpOptions",
      "observeFastify",
    ]
  `);
});
