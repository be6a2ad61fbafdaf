import { expect, it } from 'vitest';
import * as queue from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(queue).sort()).toMatchInlineSnapshot(`
    [
      "monitorBullMQ",
      "monitorFlow",
      "monitorQueue",
      "monitorQueues",
      "monitorWorker",
      "queueMetrics",
      "queueStatus",
      "runInJobContext",
    ]
  `);
});
