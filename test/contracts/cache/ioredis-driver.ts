import { once } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import type { RedisDriver, RedisHandle } from './driver.ts';

/** How ioredis does it. */
export function ioredisDriver(
  name: string,
  library: 'ioredis' | 'ioredis5',
  create: (url: string, options: RedisOptions) => Redis,
  options: RedisOptions = {},
): RedisDriver {
  return {
    name,
    library,
    async connect(url, { keyPrefix } = {}) {
      const client = create(url, {
        ...options,
        ...(keyPrefix !== undefined && { keyPrefix }),
        retryStrategy: () => 10,
        maxRetriesPerRequest: null,
      });
      client.on('error', () => {});
      await once(client, 'ready');
      return handle(client);
    },
  };
}

function handle(client: Redis): RedisHandle {
  return {
    client: client as never,
    call: (command: string, ...args: string[]) => client.call(command, ...args),
    get: (key: string) => client.get(key),
    async transaction(commands: readonly string[][]) {
      const multi = client.multi();
      for (const [command, ...args] of commands) multi.call(command!, ...args);
      return multi.exec();
    },
    async pipeline(commands: readonly string[][]) {
      const pipeline = client.pipeline();
      for (const [command, ...args] of commands) pipeline.call(command!, ...args);
      return pipeline.exec();
    },
    listeners: () => client.eventNames().reduce((sum, event) => sum + client.listenerCount(event), 0),
    async close() {
      client.disconnect();
    },
  } as unknown as RedisHandle;
}
