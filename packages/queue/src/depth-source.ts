import type { Connected } from './bullmq-like.ts';
import { postgresSource, type Query } from './postgres-depth.ts';
import { redisCommands } from './redis-commands.ts';
import { redisSource } from './redis-depth.ts';

/** How many jobs of a queue are in each state. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly prioritized: number;
  readonly 'waiting-children': number;
  readonly completed: number;
  readonly failed: number;
}

/** What one look at a queue finds. */
export interface QueueStatus {
  /** Of a paused queue too, those that are to be taken next are `waiting`. */
  readonly counts: QueueCounts;
  readonly paused: boolean;
  /** How long the job that is to be taken next could have run already; 0 where none waits. */
  readonly oldestWaitingSeconds: number;
}

/** Where a queue's depth is read. Each call takes a bounded number of commands, each of bounded cost on Redis. */
export interface DepthSource {
  /** Whether the connection would answer now; a command to one that does not would wait for it. */
  ready(): boolean;
  /** Makes `holder` the queue's reader for so long, unless another is; whether it now is. */
  elect(holder: string, leaseMs: number): Promise<boolean>;
  /** Gives that up. */
  resign(holder: string): Promise<void>;
  read(now: number): Promise<QueueStatus>;
}

/** The source behind a queue or worker of BullMQ 5 or 6; `undefined` for a client that is not known. */
export async function depthSource(queue: Connected): Promise<DepthSource | undefined> {
  const { backend } = queue;
  if (typeof backend?.query === 'function') {
    const query: Query = (text, values) => backend.query!(text, values);
    return postgresSource(query, queue.name, () => !backend.connection?.isClosing);
  }
  const commands = redisCommands(await (backend === undefined ? queue.client : backend.client));
  return commands && redisSource(commands, (type) => queue.toKey(type));
}
