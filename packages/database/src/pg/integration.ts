import type { EventEmitter } from 'node:events';
import { hasMethods, type Integration, observerFor, peek } from '../integration.ts';
import { observePgClient, type PgClientLike } from './client.ts';
import { observePgPool, type PgPoolLike } from './pool.ts';

/** pg's `Pool`. */
export const pgPool: Integration = {
  takes: 'a Pool of pg',
  matches: (thing) =>
    hasMethods(thing, 'connect', 'query', 'end', 'on') && typeof peek(thing, 'totalCount') === 'number',
  observe: (thing, setup) => observePgPool(thing as PgPoolLike, setup),
};

/** pg's `Client`. */
export const pgClient: Integration = {
  takes: 'a Client of pg',
  matches: (thing) => hasMethods(thing, 'connect', 'query', 'end', 'escapeIdentifier') && !('totalCount' in thing),
  observe: (thing, setup) => {
    const client = thing as PgClientLike & EventEmitter;
    const { connection, end } = observePgClient(client, observerFor(setup, 'postgres'));
    const lost = (): void => connection.lost();
    client.once('end', lost);
    return () => {
      client.off('end', lost);
      end();
    };
  },
};
