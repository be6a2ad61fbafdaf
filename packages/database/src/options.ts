import {
  ConfigError,
  flag,
  given,
  type Monitor,
  number,
  type Option,
  type OptionsOf,
  type Resolved,
  resolveConfig,
  text,
} from '@telltale/core';

const NAME = /^[\w.:/-]{1,64}$/;

/** The options of `monitorPool` and `monitorClient`. */
export const databaseOptions = {
  /** Longer statements are counted as slow and logged as a warning. */
  slowQueryMs: number(500, { min: 0, max: 3_600_000, fraction: true, unit: 'milliseconds' }),
  /** A request or job that runs the same statement more often is warned of, once. 0 turns it off. */
  repeatedStatements: number(10, { min: 0, max: 1_000_000, unit: 'times; 0 turns it off' }),
  /** A connection that is out of its pool for longer is counted. */
  heldTooLongMs: number(30_000, { min: 1, max: 86_400_000, unit: 'milliseconds' }),
  /** Whether such a connection is named in the log with the place where it was taken: costs a stack each time. */
  traceConnections: { ...flag(false), default: undefined } as Option<boolean | undefined>,
  /** What the label `pool` says; the database's name where it is not given. */
  name: {
    ...text(undefined),
    parse: (raw) =>
      typeof raw === 'string' && NAME.test(raw) ? { value: raw } : { allowed: '1 to 64 letters, digits and _ . : / -' },
  } as Option<string | undefined>,
  /** @default the process-wide monitor */
  monitor: given<Monitor>('a monitor', (raw) => typeof raw === 'object' && raw !== null && 'instruments' in raw),
} as const;

/** What `monitorPool` and `monitorClient` take. */
export type DatabaseOptions = OptionsOf<typeof databaseOptions>;

/** What they resolve to. */
export type DatabaseConfig = Resolved<typeof databaseOptions>;

/** @throws {ConfigError} naming every option that cannot be used. */
export function resolveDatabaseOptions(options: DatabaseOptions = {}): DatabaseConfig {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const value = JSON.stringify(options) ?? typeof options;
    throw new ConfigError([{ name: 'options', value, allowed: 'expected an object' }]);
  }
  return resolveConfig(databaseOptions, options, {});
}
