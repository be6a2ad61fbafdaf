import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { QueryObserver } from '../observe-query.ts';
import type { ConnectionWatch } from '../transactions.ts';

const VARIANTS = ['default', 'deferred', 'immediate', 'exclusive'] as const;

interface Better {
  readonly inTransaction: boolean;
  transaction: AnyMethod;
}

/**
 * Times what better-sqlite3's `transaction` makes. Its BEGIN and COMMIT go past `prepare` and are no statements of the
 * service; a transaction within another is a savepoint and not timed.
 */
export function observeTransactions(
  database: Better,
  connection: ConnectionWatch,
  observer: QueryObserver,
): () => void {
  const { clock } = observer.monitor.config;
  const timed = (run: AnyMethod): AnyMethod => {
    const own: AnyMethod = function (this: unknown, ...args) {
      if (database.inTransaction) return run.apply(this, args);
      connection.begun(clock.monotonic());
      try {
        const result = run.apply(this, args);
        connection.ended('commit');
        return result;
      } catch (error) {
        connection.ended('rollback');
        throw error;
      }
    };
    for (const key of ['name', 'length'])
      Object.defineProperty(own, key, { value: run[key as 'name'], configurable: true });
    return own;
  };

  return replaceMethod(
    database,
    'transaction',
    (original) =>
      function (this: unknown, ...args) {
        const made = original.apply(this, args) as AnyMethod & Record<string, AnyMethod>;
        const properties: PropertyDescriptorMap = { database: { value: made.database, enumerable: true } };
        for (const variant of VARIANTS) properties[variant] = { value: timed(made[variant]!) };
        // As the library makes them, each has all of them.
        for (const variant of VARIANTS) Object.defineProperties(properties[variant]!.value, properties);
        return properties.default!.value;
      },
  );
}
