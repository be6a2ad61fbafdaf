import { TelltaleError } from '@telltale/core';
import type { DepthSource } from './depth-source.ts';
import { postgresQueues, postgresSource, type Query } from './postgres-depth.ts';
import { type RedisCommands, redisCommands } from './redis-commands.ts';
import { redisSource } from './redis-depth.ts';

/** One step looks at about so many keys, and one search takes so many steps; the next goes on where it ended. */
const KEYS_PER_STEP = '1000';
const STEPS = 100;

/** Finds the queues behind a connection, each time it is asked. */
export interface QueueFinder {
  ready(): boolean;
  /** What BullMQ itself calls the queue, where it tells queues of one name apart. */
  qualifiedName(name: string): string;
  /** Those that are new, and those that are gone, so far as this search came. */
  search(known: ReadonlySet<string>): Promise<{ readonly found: readonly string[]; readonly gone: readonly string[] }>;
  source(name: string): DepthSource;
}

/**
 * @throws {TelltaleError} for a connection that is not a live client: settings make none, since Telltale brings no
 * client of its own.
 */
export function queueFinder(connection: unknown, prefix: string, schema: string): QueueFinder {
  const commands = redisCommands(connection);
  if (commands !== undefined) return inRedis(commands, prefix);
  const { query } = connection as { query?: Query };
  if (typeof query === 'function') return inPostgres((text, values) => query.call(connection, text, values), schema);
  throw new TelltaleError(
    'queue',
    'connection is neither a client of ioredis or node-redis nor a pool of pg. Make the client and hand it over, not its settings.',
  );
}

function inRedis(commands: RedisCommands, prefix: string): QueueFinder {
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}:*:meta`;
  let cursor = '0';
  let seen = new Set<string>();
  return {
    ready: () => commands.ready(),
    qualifiedName: (name) => `${prefix}:${name}`,
    async search(known) {
      const found = new Set<string>();
      for (let step = 0; step < STEPS; step++) {
        const reply = await commands.send('SCAN', cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_STEP);
        const [next, keys] = reply as [string, string[]];
        for (const key of keys) {
          const name = key.slice(prefix.length + 1, -':meta'.length);
          // A queue's name has no colon: this is the key of a job of that name.
          if (name.includes(':')) continue;
          seen.add(name);
          if (!known.has(name)) found.add(name);
        }
        cursor = String(next);
        if (cursor !== '0') continue;
        const gone = [...known].filter((name) => !seen.has(name));
        seen = new Set();
        return { found: [...found], gone };
      }
      return { found: [...found], gone: [] };
    },
    source: (name) => redisSource(commands, (type) => `${prefix}:${name}:${type}`),
  };
}

function inPostgres(query: Query, schema: string): QueueFinder {
  return {
    ready: () => true,
    qualifiedName: (name) => name,
    async search(known) {
      const names = new Set(await postgresQueues(query, schema));
      return {
        found: [...names].filter((name) => !known.has(name)),
        gone: [...known].filter((name) => !names.has(name)),
      };
    },
    source: (name) => postgresSource(query, name, () => true, schema),
  };
}
