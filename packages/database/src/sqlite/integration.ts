import { hasMethods, type Integration, observerFor } from '../integration.ts';
import { observeSqlite, type SqliteDatabaseLike } from './database.ts';

/** `node:sqlite`'s `DatabaseSync` and better-sqlite3's `Database`. */
export const sqlite: Integration = {
  takes: 'a DatabaseSync of node:sqlite or a Database of better-sqlite3',
  matches: (thing) =>
    hasMethods(thing, 'prepare', 'exec', 'close') &&
    (hasMethods(thing, 'createTagStore') || hasMethods(thing, 'applyChangeset') || hasMethods(thing, 'pragma')),
  observe: (thing, setup) => observeSqlite(thing as SqliteDatabaseLike, observerFor(setup, 'sqlite')),
};
