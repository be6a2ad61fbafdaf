import { type CoreOptions, createMonitor, type Monitor } from '@telltale/core';
import { type TestMonitorOf, testMonitorBy } from './test-monitor-by.ts';

/** A monitor with everything that a test looks at. */
export type TestMonitor = TestMonitorOf<Monitor>;

/** A monitor of the service `orders`, closed when the test is over. */
export function testMonitor(options: CoreOptions = {}): TestMonitor {
  return testMonitorBy(createMonitor, options);
}
