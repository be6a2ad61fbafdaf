import type { CoreOptions } from '@telltale/core';
import { type TestMonitor as CoreTestMonitor, testMonitor as coreTestMonitor } from '../../test-monitor.ts';

/** A monitor with everything that a test of a cache looks at. */
export interface TestMonitor extends CoreTestMonitor {
  /** How often each operation ended with one of these results. */
  operations(results?: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** A monitor of the service `orders`, closed when the test is over. */
export function testMonitor(options?: CoreOptions): TestMonitor {
  const test = coreTestMonitor(options);
  return {
    ...test,
    async operations(results = ['hit', 'partial', 'miss', 'ok', 'error']) {
      const sums = new Map<string, number>();
      for (const sample of await test.samples('cache_operations_total')) {
        const [labels = '', value] = sample.split(' = ');
        const [, operation = '', result = ''] = labels.split(' ');
        if (results.includes(result)) sums.set(operation, (sums.get(operation) ?? 0) + Number(value));
      }
      return sums;
    },
  };
}
