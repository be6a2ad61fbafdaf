import type { CoreOptions } from '@telltale/core';
import type { DatabaseOptions } from '@telltale/database';
import { onTestFinished } from 'vitest';
import { type TestMonitor, testMonitor } from '../../test-monitor.ts';
import type { DatabaseDriver, OpenDatabase } from './driver.ts';

/** A database under observation, with everything that a test looks at. */
export interface Observed extends OpenDatabase, TestMonitor {
  /** The samples of a metric as `operation table = value`, without the others' tables. */
  samples(name: string): Promise<readonly string[]>;
}

/** How a test wants it. */
interface ObservedOptions {
  readonly core?: CoreOptions;
  readonly options?: DatabaseOptions;
  readonly times?: number;
}

/** Opens an observed database, which is closed when the test is over. */
export async function observed(driver: DatabaseDriver, setUp: ObservedOptions = {}): Promise<Observed> {
  const { core, options, times = 1 } = setUp;
  const test = testMonitor({ logLevel: 'DEBUG', ...core });
  const open = await driver.open({ ...options, monitor: test.monitor }, times);
  onTestFinished(() => open.close());
  const samples = async (name: string): Promise<readonly string[]> => {
    const lines = (await test.scrape(name)).split('\n');
    return lines
      .map((line) => /operation="(\w+)",table="(\w+)"(.*)\} (\S+)$/.exec(line))
      .filter((match) => match !== null && !['CREATE', 'DROP'].includes(match[1]!))
      .filter((match) => match![2] === 'items')
      .map((match) => `${match![1]} ${match![2]}${match![3]} = ${match![4]}`)
      .sort();
  };
  return { ...test, ...open, samples };
}

/** A clock that moves on by so many milliseconds each time somebody looks. */
export function steppingClock(milliseconds: number): CoreOptions['clock'] {
  let passed = 0;
  return { now: () => Date.UTC(2026, 10, 22), monotonic: () => (passed += milliseconds) };
}
