import type { DepthSource } from './depth-source.ts';
import { waitingAge } from './waiting-since.ts';

/** A query to the database and schema that BullMQ's tables are in. */
export type Query = (
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

/** A row among BullMQ's own of the queue: `holder expiry`, the expiry by the clock of the server. */
const ELECTION = 'telltale-reader';

/** `schema` is empty where the search path leads to BullMQ's tables, else their schema and a dot. */
const statements = (schema: string) => ({
  elect: `
    INSERT INTO ${schema}meta AS m (queue, field, value)
    VALUES ($1, '${ELECTION}', $2 || ' ' || (extract(epoch FROM clock_timestamp()) * 1000 + $3::bigint)::bigint)
    ON CONFLICT (queue, field) DO UPDATE SET value = EXCLUDED.value
    WHERE split_part(m.value, ' ', 1) = $2
       OR split_part(m.value, ' ', 2)::bigint < extract(epoch FROM clock_timestamp()) * 1000
    RETURNING 1 AS elected`,
  resign: `
    DELETE FROM ${schema}meta WHERE queue = $1 AND field = '${ELECTION}' AND split_part(value, ' ', 1) = $2`,
  count: `
    SELECT state::text AS state, priority > 0 AS urgent, count(*)::int AS jobs
      FROM ${schema}job WHERE queue = $1 GROUP BY 1, 2`,
  next: `
    SELECT j.id || ' ' || j.attempts_started || ' ' || j.attempts_made AS turn,
           CASE WHEN j.attempts_started = 0 AND j.attempts_made = 0 AND NOT EXISTS (
             SELECT 1 FROM ${schema}job_dependency d WHERE d.parent_queue = j.queue AND d.parent_id = j.id
           ) THEN j.added_at_ms + j.delay_ms END AS since
      FROM ${schema}job j WHERE j.queue = $1 AND j.state = 'waiting'
     ORDER BY j.priority, j.seq LIMIT 1`,
  paused: `SELECT value FROM ${schema}meta WHERE queue = $1 AND field = 'paused'`,
  queues: `SELECT DISTINCT queue FROM ${schema}meta`,
});

/** Reads a queue of BullMQ's Postgres backend by three queries; its counting walks the rows of the queue. */
export function postgresSource(query: Query, queue: string, ready: () => boolean, schema?: string): DepthSource {
  const sql = statements(qualifier(schema));
  const ageOf = waitingAge();
  return {
    ready,

    async elect(holder, leaseMs) {
      const { rows } = await query(sql.elect, [queue, holder, Math.ceil(leaseMs)]);
      return rows.length > 0;
    },

    async resign(holder) {
      await query(sql.resign, [queue, holder]);
    },

    async read(now) {
      const [counted, next, paused] = await Promise.all([
        query(sql.count, [queue]),
        query(sql.next, [queue]),
        query(sql.paused, [queue]),
      ]);
      const count = (state: string, urgent?: boolean): number =>
        counted.rows
          .filter((row) => row.state === state && (urgent === undefined || row.urgent === urgent))
          .reduce((sum, row) => sum + Number(row.jobs), 0);
      const jobs = next.rows.map(({ turn, since }) => ({
        turn: String(turn),
        since: since === null ? undefined : Number(since),
      }));
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
        oldestWaitingSeconds: ageOf(jobs, now),
      };
    },
  };
}

/** The names of all queues in a schema of BullMQ's. */
export async function postgresQueues(query: Query, schema: string): Promise<string[]> {
  const { rows } = await query(statements(qualifier(schema)).queues, []);
  return rows.map((row) => String(row.queue));
}

function qualifier(schema: string | undefined): string {
  return schema === undefined ? '' : `"${schema.replaceAll('"', '""')}".`;
}
