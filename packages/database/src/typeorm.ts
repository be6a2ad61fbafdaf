import { type AnyMethod, replaceMethod } from '@telltale/core';
import { hasMethods, type Integration, observeOnce, peek, type Setup } from './integration.ts';

/** Where TypeORM's drivers keep what they connect by. */
const PLACES = ['master', 'pool', 'databaseConnection'] as const;

/** TypeORM's `DataSource`: what is observed is the driver's pool or database, once there is one. */
export function typeorm(drivers: readonly Integration[]): Integration {
  return {
    takes: 'a DataSource of TypeORM over one of these',
    matches: (thing) =>
      hasMethods(thing, 'initialize', 'createQueryRunner') && typeof peek(thing, 'driver') === 'object',
    observe: (thing, setup) => observeDataSource(thing as DataSource, drivers, setup),
  };
}

interface DataSource {
  readonly isInitialized: boolean;
  readonly driver: object;
  initialize: AnyMethod;
}

function observeDataSource(source: DataSource, drivers: readonly Integration[], setup: Setup): () => void {
  const ends: ((() => void) | undefined)[] = [];
  const observeDrivers = (): void => {
    const slaves = peek(source.driver, 'slaves');
    const found = [...PLACES.map((place) => peek(source.driver, place)), ...(Array.isArray(slaves) ? slaves : [])];
    for (const each of found) {
      if (typeof each !== 'object' || each === null) continue;
      const driver = drivers.find(({ matches }) => matches(each));
      if (driver === undefined) continue;
      const core = driver.core?.(each) ?? each;
      ends.push(observeOnce(core, setup, () => driver.observe(core, setup)));
    }
  };
  if (source.isInitialized) observeDrivers();
  const undo = replaceMethod(
    source,
    'initialize',
    (original) =>
      function (this: unknown, ...args) {
        return original.apply(this, args).then((ready: unknown) => {
          setup.monitor.errors.guard('database', observeDrivers, undefined);
          return ready;
        });
      },
  );
  return () => {
    undo();
    for (const end of ends) end?.();
  };
}
