import { describe } from 'vitest';
import { abortContract } from './http-server/aborts.ts';
import { bodyContract } from './http-server/bodies.ts';
import { contextContract } from './http-server/context.ts';
import type { ServerDriver } from './http-server/driver.ts';
import { endpointContract } from './http-server/endpoints.ts';
import { harmlessnessContract } from './http-server/harmlessness.ts';
import { logContract } from './http-server/log-lines.ts';
import { routeContract } from './http-server/routes.ts';

export type { ServerDriver } from './http-server/driver.ts';

/** What every server integration holds to. */
export function httpServerContract(driver: ServerDriver): void {
  describe(driver.name, () => {
    routeContract(driver);
    bodyContract(driver);
    contextContract(driver);
    logContract(driver);
    endpointContract(driver);
    abortContract(driver);
    harmlessnessContract(driver);
  });
}
