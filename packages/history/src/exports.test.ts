import { expect, it } from 'vitest';
import * as history from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(history).sort()).toMatchInlineSnapshot(`
    [
      "BACKENDS",
      "MemoryStore",
      "defaultKpis",
      "defineKpis",
      "effectivenessMetrics",
      "historyEngine",
      "historyMetrics",
      "historyOptions",
      "prometheusSource",
      "readKpis",
      "startHistory",
      "trackModuleLoad",
      "trackWork",
    ]
  `);
});
