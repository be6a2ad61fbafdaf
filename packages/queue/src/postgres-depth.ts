import type { DepthSource } from './depth-source.ts';

/** A query to the database and schema that BullMQ's tables are in. */
export type Query = (
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

/** A row among BullMQ's own of the queue: `holder expiry`, the expiry by the clock of the server. */
const ELECTION = 'telltale-reader';

const ELECT = `
  INSERT INTO meta AS m (queue, field, value)
  VALUES ($1, '${ELECTION}', $2 || ' ' || (extract(epoch FROM clock_timestamp()) * 1000 + $3::bigint)::bigint)
  ON CONFLICT (queue, field) DO UPDATE SET value = EXCLUDED.value
  WHERE split_part(m.value, ' ', 1) = $2
     OR split_part(m.value, ' ', 2)::bigint < extract(epoch FROM clock_timestamp()) * 1000
  RETURNING 1 AS elected`;

const RESIGN = `DELETE FROM meta WHERE queue = $1 AND field = '${ELECTION}' AND split_part(value, ' ', 1) = $2`;

/** Each state has a partial index of BullMQ's; the finished ones are counted over theirs. */
const READ = `
  SELECT state::text AS state, priority > 0 AS urgent, count(*)::int AS jobs
    FROM job WHERE queue = $1 GROUP BY 1, 2`;

const NEXT = `
  (SELECT added_at_ms + delay_ms AS since, added_at_ms FROM job WHERE queue = $1 AND state = 'waiting'
    ORDER BY priority, seq LIMIT 1)`;

const PAUSED = `SELECT value FROM meta WHERE queue = $1 AND field = 'paused'`;

/** Reads a queue of BullMQ's Postgres backend by three queries; its counting walks the rows of the queue. */
export function postgresSource(query: Query, queue: string, ready: () => boolean): DepthSource {
  return {
    ready,

    async elect(holder, leaseMs) {
      const { rows } = await query(ELECT, [queue, holder, Math.ceil(leaseMs)]);
      return rows.length > 0;
    },

    async resign(holder) {
      await query(RESIGN, [queue, holder]);
    },

    async read(now) {
      const [counted, next, paused] = await Promise.all([
        query(READ, [queue]),
        query(NEXT, [queue]),
        query(PAUSED, [queue]),
      ]);
      const count = (state: string, urgent?: boolean): number =>
        counted.rows
          .filter((row) => row.state === state && (urgent === undefined || row.urgent === urgent))
          .reduce((sum, row) => sum + Number(row.jobs), 0);
      const since = next.rows[0]?.since;
      return {
        counts: {
          waiting: count('waiting', false),
          active: count('active'),
          delayed: count('delayed'),
          prioritized: count('waiting', true),
          'waiting-children': count('waiting-children'),
          completed: count('completed'),
          failed: count('failed'),
        },
        paused: paused.rows[0]?.value === '1',
        oldestWaitingSeconds: since === undefined ? 0 : Math.max(0, now - Number(since)) / 1000,
      };
    },
  };
}
