import { defaultMonitor, TelltaleError } from '@telltale/core';
import { drizzle } from './drizzle.ts';
import { type Integration, observeOnce } from './integration.ts';
import { knex } from './knex.ts';
import { mysqlConnection, mysqlPool } from './mysql/integration.ts';
import { type DatabaseOptions, resolveDatabaseOptions } from './options.ts';
import { pgClient, pgPool } from './pg/integration.ts';
import { extendPrisma, isPrisma } from './prisma.ts';
import { sqlite } from './sqlite/integration.ts';
import { typeorm } from './typeorm.ts';

const DRIVERS: readonly Integration[] = [pgPool, pgClient, mysqlPool, mysqlConnection, sqlite];
const INTEGRATIONS: readonly Integration[] = [knex, ...DRIVERS, drizzle(DRIVERS), typeorm(DRIVERS)];

/**
 * Observes a pool of connections, and every connection in it: statements by operation and table, errors, rows,
 * transactions, the size of the pool, and how long connections are waited for and held. Takes pg's `Pool`, mysql2's
 * pools (callback and promise), a Knex. Returns the very same object; a second call for it changes nothing. It ends
 * with the monitor.
 *
 * @throws {ConfigError} for an option that cannot be used.
 * @throws {TelltaleError} for an object that it does not know.
 *
 * @example
 * const pool = monitorPool(new pg.Pool({ connectionString }));
 */
export function monitorPool<T extends object>(pool: T, options?: DatabaseOptions): T {
  return monitorDatabase('monitorPool', pool, options);
}

/**
 * Observes what runs statements: pg's `Client`, a connection of mysql2, `node:sqlite`'s `DatabaseSync`, better-sqlite3's
 * `Database`, a Drizzle database, TypeORM's `DataSource`, a Prisma client, and all that `monitorPool` takes. Returns the
 * very same object, but for Prisma: there it is an extended client, which is the one to use.
 *
 * @throws {ConfigError} for an option that cannot be used.
 * @throws {TelltaleError} for an object that it does not know.
 *
 * @example
 * const database = monitorClient(new DatabaseSync('orders.db'), { slowQueryMs: 50 });
 * const prisma = monitorClient(new PrismaClient({ adapter }));
 */
export function monitorClient<T extends object>(client: T, options?: DatabaseOptions): T {
  return monitorDatabase('monitorClient', client, options);
}

/** Whether an object is one that {@link monitorClient} takes. */
export function isDatabase(thing: object): boolean {
  return isPrisma(thing) || INTEGRATIONS.some((each) => each.matches(thing));
}

function monitorDatabase<T extends object>(called: string, thing: T, options?: DatabaseOptions): T {
  const config = resolveDatabaseOptions(options);
  const prisma = isObject(thing) && isPrisma(thing);
  const integration = isObject(thing) && !prisma ? INTEGRATIONS.find((each) => each.matches(thing)) : undefined;
  if (integration === undefined && !prisma) {
    const known = [...INTEGRATIONS.map(({ takes }) => takes), 'a client of Prisma'].join(', ');
    throw new TelltaleError('database', `${called} was given ${describe(thing)}, and takes ${known}.`);
  }
  const monitor = config.monitor ?? defaultMonitor();
  if (!monitor.enabled) return thing;
  const setup = { monitor, config };
  return monitor.errors.guard(
    'database',
    () => {
      if (integration === undefined) return extendPrisma(thing as never, setup) as T;
      const core = integration.core?.(thing) ?? thing;
      observeOnce(core, setup, () => integration.observe(core, setup));
      return thing;
    },
    thing,
  );
}

function isObject(thing: unknown): thing is object {
  return (typeof thing === 'object' && thing !== null) || typeof thing === 'function';
}

function describe(thing: unknown): string {
  if (thing === undefined || thing === null) return String(thing);
  const name = isObject(thing) ? thing.constructor?.name : typeof thing;
  if (!name) return 'an object without a class';
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}
