/** Durations of database calls by OpenTelemetry's semantic conventions, in seconds. */
const QUERY_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
/** A transaction or a connection that is held can take as long as the work around it. */
const HOLD_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** Everything that is measured of databases. `table` is `none` where a statement names none. */
export const databaseMetrics = {
  queries: {
    name: 'database_queries_total',
    help: 'Statements that ended, failed ones too.',
    labelNames: ['service', 'system', 'operation', 'table'],
  },
  duration: {
    name: 'database_query_duration_seconds',
    help: 'Time from handing a statement to the driver to its end; waiting for a connection of a pool is not in it.',
    labelNames: ['service', 'system', 'operation', 'table'],
    buckets: QUERY_BUCKETS,
  },
  errors: {
    name: 'database_query_errors_total',
    help: 'Statements that failed, by SQLSTATE (Postgres), errno (MySQL), result code (SQLite), or the code of a lost connection.',
    labelNames: ['service', 'system', 'operation', 'table', 'error_code'],
  },
  rows: {
    name: 'database_rows_returned_total',
    help: 'Rows that statements gave back.',
    labelNames: ['service', 'system', 'operation', 'table'],
  },
  slow: {
    name: 'database_slow_queries_total',
    help: 'Statements that took longer than the threshold (slowQueryMs).',
    labelNames: ['service', 'system', 'operation', 'table'],
  },
  repeated: {
    name: 'database_repeated_statements_total',
    help: 'Times that one request or job ran the same statement more often than the threshold (repeatedStatements): once for each statement and request.',
    labelNames: ['service', 'system', 'operation', 'table'],
  },
  transactions: {
    name: 'database_transaction_duration_seconds',
    help: 'Time from BEGIN to its end, by outcome: commit, rollback, or error (a commit that failed or was a rollback, a connection lost).',
    labelNames: ['service', 'system', 'outcome'],
    buckets: HOLD_BUCKETS,
  },
  connections: {
    name: 'database_connections',
    help: 'Connections of a pool that are active or idle; waiting counts the callers in line for one.',
    labelNames: ['pool', 'state'],
  },
  maxConnections: {
    name: 'database_connections_max',
    help: 'Connections that a pool may open.',
    labelNames: ['pool'],
  },
  poolWait: {
    name: 'database_pool_wait_seconds',
    help: 'Time from asking a pool for a connection to having one, connecting included.',
    labelNames: ['pool'],
    buckets: QUERY_BUCKETS,
  },
  held: {
    name: 'database_connection_held_seconds',
    help: 'Time for which a connection was out of its pool.',
    labelNames: ['pool'],
    buckets: HOLD_BUCKETS,
  },
  heldTooLong: {
    name: 'database_connections_held_too_long_total',
    help: 'Connections that were not returned to their pool within the threshold (heldTooLongMs).',
    labelNames: ['pool'],
  },
} as const;
