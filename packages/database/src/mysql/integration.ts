import { hasMethods, type Integration, observerFor, peek } from '../integration.ts';
import { type MysqlConnectionLike, observeMysqlConnection } from './connection.ts';
import { type MysqlPoolLike, observeMysqlPool } from './pool.ts';

/** mysql2's pool, and the promise form of it, which is one around the other. */
export const mysqlPool: Integration = {
  takes: 'a pool of mysql2',
  matches: (thing) =>
    hasMethods(core(thing, 'pool'), 'getConnection', 'execute', 'query') && isPool(core(thing, 'pool')),
  core: (thing) => core(thing, 'pool'),
  observe: (thing, setup) => observeMysqlPool(thing as MysqlPoolLike, setup),
};

/** mysql2's connection, and the promise form of it. */
export const mysqlConnection: Integration = {
  takes: 'a connection of mysql2',
  matches: (thing) =>
    hasMethods(core(thing, 'connection'), 'execute', 'query', 'prepare', 'beginTransaction', 'addCommand'),
  core: (thing) => core(thing, 'connection'),
  observe: (thing, setup) => {
    const connection = thing as MysqlConnectionLike;
    const { connection: transaction, end } = observeMysqlConnection(connection, observerFor(setup, 'mysql'));
    const lost = (): void => transaction.lost();
    connection.once('end', lost);
    return () => {
      connection.off('end', lost);
      end();
    };
  },
};

function core(thing: object, property: 'pool' | 'connection'): object {
  const within = peek(thing, property);
  return typeof within === 'object' && within !== null ? within : thing;
}

function isPool(thing: object): boolean {
  const config = peek(thing, 'config');
  return typeof config === 'object' && config !== null && 'connectionConfig' in config;
}
