import type { CoreOptions, Monitor } from '@telltale/core';
import { type TestMonitor as OfSource, testMonitor as ofSource } from '../../core/test/test-monitor.ts';

/** A monitor with everything that a test looks at. */
export interface TestMonitor extends Omit<OfSource, 'monitor'> {
  readonly monitor: Monitor;
}

/** Core's own, which is made of its source: to the types, that is not the Monitor of the build. */
export function testMonitor(options: CoreOptions = {}): TestMonitor {
  return ofSource(options as never) as unknown as TestMonitor;
}
