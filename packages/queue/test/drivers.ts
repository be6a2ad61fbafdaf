import * as bullmq from 'bullmq';
import * as bullmq5 from 'bullmq5';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createClient } from 'redis';
import type { QueueDriver, RunningBackend } from '../../../test/contracts/queue/driver.ts';
import { startTestDatabase } from '../../../test/servers/postgres.ts';
import { startRedis } from '../../../test/servers/redis.ts';

/** BullMQ 6 on a Redis that ioredis talks to. */
export const ioredis6: QueueDriver = { name: 'BullMQ 6, ioredis', start: () => onIoredis(bullmq) };

/** BullMQ 5, which knows ioredis alone. */
export const ioredis5: QueueDriver = {
  name: 'BullMQ 5, ioredis',
  start: () => onIoredis(bullmq5 as unknown as typeof bullmq),
};

/** BullMQ 6 on a Redis that node-redis talks to. */
export const nodeRedis6: QueueDriver = {
  name: 'BullMQ 6, node-redis',
  async start() {
    const redis = await startRedis();
    const client = createClient({ url: redis.url });
    await client.connect();
    const connection = bullmq.createNodeRedisClient(client as never) as never;
    return backend(bullmq, connection, {
      endLease: async (queue) => void (await client.del(queue.toKey('telltale-reader'))),
      async stop() {
        client.destroy();
        await redis.stop();
      },
    });
  },
};

/** BullMQ 6 on Postgres. */
export const postgres6: QueueDriver = {
  name: 'BullMQ 6, Postgres',
  async start() {
    const database = await startTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { createPostgresBackend } = bullmq as never as { createPostgresBackend: never };
    const connectionString = database.url;
    const first = new bullmq.Queue(
      'first',
      { connection: { connectionString, migrate: true } as never },
      createPostgresBackend,
    );
    await first.waitUntilReady();
    await first.close();
    return backend(
      bullmq,
      { connectionString } as never,
      {
        endLease: async (queue) => {
          await client.query(
            "UPDATE bullmq.meta SET value = split_part(value, ' ', 1) || ' 1' WHERE queue = $1 AND field = 'telltale-reader'",
            [queue.name],
          );
        },
        async stop() {
          await othersGone(client);
          await client.end();
          await database.stop();
        },
      },
      createPostgresBackend,
    );
  },
};

async function onIoredis(library: typeof bullmq): Promise<RunningBackend> {
  const redis = await startRedis();
  const client = new Redis(redis.url);
  return backend(
    library,
    { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null },
    {
      endLease: async (queue) => void (await client.del(queue.toKey('telltale-reader'))),
      async stop() {
        client.disconnect();
        await redis.stop();
      },
    },
  );
}

function backend(
  { Queue, Worker, FlowProducer }: typeof bullmq,
  connection: bullmq.ConnectionOptions,
  rest: Pick<RunningBackend, 'endLease' | 'stop'>,
  factory?: never,
): RunningBackend {
  return {
    queue: (name, options) => new Queue(name, { ...options, connection }, factory),
    worker: (name, processor, options) => new Worker(name, processor as never, { ...options, connection }, factory),
    flow: (options) => new FlowProducer({ ...options, connection }, factory),
    ...rest,
  };
}

/** A pool says that it has ended before its connections have, and one that the server ends throws from nowhere. */
async function othersGone(client: pg.Client): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    if (rows[0].n === 0) return;
  }
}
