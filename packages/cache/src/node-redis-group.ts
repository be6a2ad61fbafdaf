import { type AnyMethod, replaceMethod } from '@telltale/core';
import type { NodeRedisLike } from './node-redis.ts';

/** A node-redis pool or cluster: it makes its clients as it needs them. */
export interface NodeRedisGroup {
  readonly isOpen: boolean;
}

/** Whether it is what `createClientPool` of node-redis 5 or 6 makes. */
export function isNodeRedisPool(client: object): client is NodeRedisGroup {
  const { execute, totalClients, isOpen } = client as Record<string, unknown>;
  return typeof execute === 'function' && typeof totalClients === 'number' && typeof isOpen === 'boolean';
}

/** Whether it is what `createCluster` of node-redis 5 or 6 makes. */
export function isNodeRedisCluster(client: object): client is NodeRedisGroup {
  const { _slots, nodeClient, isOpen } = client as Record<string, unknown>;
  const { nodeClient: clientOf } = (_slots ?? {}) as Record<string, unknown>;
  return typeof nodeClient === 'function' && typeof clientOf === 'function' && typeof isOpen === 'boolean';
}

/** Calls `watch` with each client of a pool as it is taken to be used; it may be the same one again and again. */
export function watchPool(pool: object, watch: (client: NodeRedisLike) => void): () => void {
  return replaceMethod(
    pool,
    'execute',
    (execute: AnyMethod) =>
      function (use: (client: NodeRedisLike) => unknown) {
        const watched = (client: NodeRedisLike): unknown => {
          watch(client);
          return use(client);
        };
        return execute.call(this, watched);
      },
  );
}

/** Calls `watch` with the client of each node as a command is given to it. */
export function watchCluster(cluster: object, watch: (client: NodeRedisLike) => void): () => void {
  const { _slots } = cluster as { readonly _slots: object };
  return replaceMethod(
    _slots,
    'nodeClient',
    (clientOf) =>
      function (node: { readonly client?: NodeRedisLike }) {
        const found = clientOf.call(this, node);
        // Made by then, if not connected.
        if (node.client !== undefined) watch(node.client);
        return found;
      },
  );
}
