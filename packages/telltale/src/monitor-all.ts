import { monitorAIClient } from '@telltale/ai';
import { isCache, isRedisClient, monitorCache, monitorRedis } from '@telltale/cache';
import { type Monitor, TelltaleError } from '@telltale/core';
import { isDatabase, monitorClient } from '@telltale/database';
import { monitorBullMQ } from '@telltale/queue';

/** What holds for everything that `monitorAll` is handed. */
export interface MonitorAllOptions {
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

type MonitorOne = (thing: object, name: string, options: MonitorAllOptions) => object | undefined;

/** The first that knows an object takes it; what knows objects by the fewest traits comes last. */
const KINDS: readonly MonitorOne[] = [
  (thing, _name, options) => monitorBullMQ(thing, options),
  (thing, _name, options) => monitorAIClient(thing, options),
  (thing, name, options) => (isDatabase(thing) ? monitorClient(thing, { name, ...options }) : undefined),
  (thing, name, options) => (isRedisClient(thing) ? monitorRedis(thing, { name, ...options }) : undefined),
  (thing, name, options) => (isCache(thing) ? monitorCache(thing, { name, ...options }) : undefined),
];

/**
 * Observes whatever it is handed, in one call: pools and clients of databases, Redis clients, caches, BullMQ's workers,
 * queues and flows, clients of model providers; an array holds several of a kind. The key becomes the name that
 * its figures go by. Returns an object of the same things, which are the very same objects, but for Prisma, whose
 * extended client takes the place of the one given. What is `undefined` or `null` is left out.
 *
 * @throws {TelltaleError} naming the key of something that it does not know; what came before it is observed.
 *
 * @example
 * const { pool, redis } = monitorAll({ pool: new Pool(), redis: new Redis(), worker, queue, openai });
 */
export function monitorAll<T extends Readonly<Record<string, unknown>>>(things: T, options: MonitorAllOptions = {}): T {
  return Object.fromEntries(
    Object.entries(things).map(([key, thing]) => [
      key,
      Array.isArray(thing) ? thing.map((each) => monitorOne(each, key, options)) : monitorOne(thing, key, options),
    ]),
  ) as T;
}

function monitorOne(thing: unknown, key: string, options: MonitorAllOptions): unknown {
  if (thing === undefined || thing === null) return thing;
  if (typeof thing === 'object' || typeof thing === 'function') {
    const monitored = firstToKnow(thing, key, options);
    if (monitored !== undefined) return monitored;
  }
  const kinds = 'databases, Redis clients, caches, BullMQ workers, queues and flows, clients of model providers';
  throw new TelltaleError('setup', `monitorAll does not know what '${key}' is; it takes ${kinds}.`);
}

function firstToKnow(thing: object, key: string, options: MonitorAllOptions): object | undefined {
  // Any key will do, where a name must be fit to be a label.
  const name = key.replace(/[^\w.:/-]/g, '_').slice(0, 64) || '_';
  try {
    for (const monitor of KINDS) {
      const monitored = monitor(thing, name, options);
      if (monitored !== undefined) return monitored;
    }
  } catch (cause) {
    // A proxy may refuse to be looked at.
    if (cause instanceof TelltaleError) throw cause;
    throw new TelltaleError('setup', `monitorAll cannot tell what '${key}' is.`, { cause });
  }
  return undefined;
}
