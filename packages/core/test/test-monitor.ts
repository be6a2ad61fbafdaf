import { type TestMonitorOf, testMonitorBy } from '../../../test/test-monitor-by.ts';
import type { CoreOptions } from '../src/config/core-options.ts';
import { createMonitor, type Monitor } from '../src/monitor.ts';

export { testClock } from '../../../test/test-monitor-by.ts';

/** A monitor with everything that a test looks at, of the source and not of the build. */
export type TestMonitor = TestMonitorOf<Monitor>;

/** A monitor of the service `orders`, closed when the test is over. */
export function testMonitor(options: CoreOptions = {}): TestMonitor {
  return testMonitorBy(createMonitor, options);
}
