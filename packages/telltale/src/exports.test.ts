import { expect, it } from 'vitest';
import * as telltale from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(telltale).sort()).toMatchInlineSnapshot(`
    [
      "ConfigError",
      "MetricTracker",
      "TelltaleError",
      "bindContext",
      "createMasker",
      "createMonitor",
      "currentContext",
      "defaultMonitor",
      "defineMetrics",
      "fastifyMonitoring",
      "mask",
      "runWithContext",
      "setUser",
      "setupMonitoring",
      "trackAuthentication",
      "trackCounter",
      "trackError",
      "trackRateLimitHit",
      "trackSecurityEvent",
      "trackTiming",
    ]
  `);
});
