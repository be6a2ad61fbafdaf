import { describe } from 'vitest';
import { abortContract } from './http-server/aborts.ts';
import type { ServerDriver } from './http-server/driver.ts';
import { routeContract } from './http-server/routes.ts';

export type { ServerDriver } from './http-server/driver.ts';

/** What every server integration holds to. */
export function httpServerContract(driver: ServerDriver): void {
  describe(driver.name, () => {
    routeContract(driver);
    abortContract(driver);
  });
}
