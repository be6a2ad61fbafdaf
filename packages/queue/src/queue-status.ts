import { systemClock, TelltaleError } from '@telltale/core';
import type { Connected, QueueLike } from './bullmq-like.ts';
import { depthSource, type QueueStatus } from './depth-source.ts';

/**
 * One look at a BullMQ queue: jobs by state, whether it is paused, how long the next job has been waiting. For a health
 * check; it waits for the connection as any command to the queue does, so set a limit to it.
 *
 * @throws {TelltaleError} for a client that Telltale does not know; else what the server or the client throws.
 */
export async function queueStatus(queue: QueueLike): Promise<QueueStatus> {
  const source = await depthSource(queue as unknown as Connected);
  if (source === undefined) {
    throw new TelltaleError(
      'queue',
      `The queue ${queue.name} has a client that cannot be read; ioredis, node-redis and Postgres can.`,
    );
  }
  return source.read(systemClock.now());
}
