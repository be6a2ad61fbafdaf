import { unobserved } from '@telltale/core';

/** Commands to one Redis, through whichever client it is; where that is monitored as a cache, they are left out. */
export interface RedisCommands {
  ready(): boolean;
  send(...words: string[]): Promise<unknown>;
}

interface IoredisLike {
  readonly status: string;
  call(...words: string[]): Promise<unknown>;
}

interface NodeRedisLike {
  readonly isReady: boolean;
  sendCommand(words: readonly string[]): Promise<unknown>;
}

/** Recognises ioredis (single or cluster), node-redis, and what BullMQ 6 makes of them. */
export function redisCommands(client: unknown): RedisCommands | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  // BullMQ 6 keeps a node-redis client inside an adapter.
  const inner = (client as { readonly raw?: unknown }).raw;
  if (isNodeRedis(inner)) return nodeRedis(inner);
  if (isIoredis(client)) {
    return { ready: () => client.status === 'ready', send: (...words) => unobserved(() => client.call(...words)) };
  }
  return isNodeRedis(client) ? nodeRedis(client) : undefined;
}

function nodeRedis(client: NodeRedisLike): RedisCommands {
  return { ready: () => client.isReady, send: (...words) => unobserved(() => client.sendCommand(words)) };
}

function isIoredis(client: object): client is IoredisLike {
  const { status, call } = client as Partial<IoredisLike>;
  return typeof status === 'string' && typeof call === 'function';
}

function isNodeRedis(client: unknown): client is NodeRedisLike {
  if (typeof client !== 'object' || client === null) return false;
  const { isReady, sendCommand } = client as Partial<NodeRedisLike>;
  return typeof isReady === 'boolean' && typeof sendCommand === 'function';
}
