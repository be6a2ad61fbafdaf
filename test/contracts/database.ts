import { afterAll, beforeAll, describe } from 'vitest';
import { databaseContextContract } from './database/context.ts';
import type { DatabaseDriver } from './database/driver.ts';
import { databaseHarmlessnessContract } from './database/harmlessness.ts';
import { statementContract } from './database/statements.ts';

export type { DatabaseDriver, Run } from './database/driver.ts';

/** What every database integration holds to. */
export function databaseContract(driver: DatabaseDriver): void {
  describe(driver.name, () => {
    beforeAll(() => driver.setUp());
    afterAll(() => driver.tearDown());
    statementContract(driver);
    databaseContextContract(driver);
    databaseHarmlessnessContract(driver);
  });
}
