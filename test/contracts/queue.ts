import { afterAll, beforeAll, describe } from 'vitest';
import { contextContract } from './queue/context.ts';
import { depthContract } from './queue/depth.ts';
import type { QueueDriver, RunningBackend } from './queue/driver.ts';
import { harmlessnessContract } from './queue/harmlessness.ts';
import { jobContract } from './queue/jobs.ts';

/** What every version of BullMQ on every backend holds to. */
export function queueContract(driver: QueueDriver): void {
  describe(driver.name, () => {
    let running: RunningBackend;
    beforeAll(async () => {
      running = await driver.start();
    });
    afterAll(() => running.stop());
    const backend = (): RunningBackend => running;
    contextContract(backend);
    jobContract(backend);
    depthContract(backend);
    harmlessnessContract(backend);
  });
}
