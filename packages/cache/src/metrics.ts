/** Seconds: a command on a fast network takes a fraction of a millisecond, one that waited for a server takes many. */
const OPERATION_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Everything that is measured of caches. */
export const cacheMetrics = {
  operations: {
    name: 'cache_operations_total',
    help: 'Operations ended: hit, partial and miss of those that look something up, ok of others, error, or aborted where a transaction was not carried out.',
    labelNames: ['cache', 'operation', 'result'],
  },
  duration: {
    name: 'cache_operation_duration_seconds',
    help: 'Time from handing a command to its client to the reply, time in the offline queue included.',
    labelNames: ['cache', 'operation'],
    buckets: OPERATION_BUCKETS,
  },
  hits: {
    name: 'cache_hits_total',
    help: 'Keys that were looked up and found, by the prefix of the key.',
    labelNames: ['cache', 'prefix'],
  },
  misses: {
    name: 'cache_misses_total',
    help: 'Keys that were looked up and not found, by the prefix of the key.',
    labelNames: ['cache', 'prefix'],
  },
  errors: {
    name: 'cache_errors_total',
    help: 'Failed operations and connections, by the first word of the reply or the code of the system error.',
    labelNames: ['cache', 'code'],
  },
  slow: {
    name: 'cache_slow_operations_total',
    help: 'Operations that took as long as the option slowCommandMs or longer; commands that wait on purpose are left out.',
    labelNames: ['cache', 'operation'],
  },
  stampedes: {
    name: 'cache_stampedes_total',
    help: 'Times that one key was missed again and again within a moment, by the prefix of the key.',
    labelNames: ['cache', 'prefix'],
  },
  reconnects: {
    name: 'cache_reconnects_total',
    help: 'Attempts to connect again after a connection was lost.',
    labelNames: ['cache'],
  },
  evictions: {
    name: 'cache_evictions_total',
    help: 'Entries that were dropped to make room. Of a Redis server: since this process first asked it, whoever filled it.',
    labelNames: ['cache'],
  },
  connections: {
    name: 'cache_connections',
    help: 'Clients of this process that are connected and ready.',
    labelNames: ['cache'],
  },
  entries: {
    name: 'cache_entries',
    help: 'Entries held. Of a Redis server: keys in the database of the client, the same from every process that asks.',
    labelNames: ['cache'],
    aggregator: 'max',
  },
  memory: {
    name: 'cache_memory_bytes',
    help: 'Memory that a Redis server uses, the same from every process that asks.',
    labelNames: ['cache'],
    aggregator: 'max',
  },
  size: {
    name: 'cache_size',
    help: "What the entries of a cache in this process add up to, by the cache's own size function.",
    labelNames: ['cache'],
  },
} as const;
