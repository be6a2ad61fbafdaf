import type { Monitor } from '@telltale/core';
import {
  type TestMonitor as CoreTestMonitor,
  testMonitor as coreTestMonitor,
} from '../../packages/core/test/test-monitor.ts';

/** A monitor with everything that a test looks at, for what takes the monitor of the built package. */
export interface TestMonitor extends Omit<CoreTestMonitor, 'monitor'> {
  readonly monitor: Monitor;
}

/** A monitor of the service `orders`, closed when the test is over. */
export function testMonitor(options?: Parameters<typeof coreTestMonitor>[0]): TestMonitor {
  return coreTestMonitor(options) as unknown as TestMonitor;
}
