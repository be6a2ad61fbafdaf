import type { createClient } from 'redis';
import type { RedisDriver } from './driver.ts';

/** How node-redis does it. */
export function nodeRedisDriver(name: string, library: 'redis' | 'redis5', create: typeof createClient): RedisDriver {
  return {
    name,
    library,
    async connect(url, { keyPrefix } = {}) {
      const client = create({
        url,
        ...(keyPrefix !== undefined && { keyPrefix }),
        // Its timers would keep each command in memory for five seconds.
        commandOptions: { timeout: undefined as never },
        socket: { reconnectStrategy: () => 10 },
      });
      client.on('error', () => {});
      await client.connect();
      return {
        client: client as never,
        call: (...command) => client.sendCommand(command),
        get: (key) => client.get(key),
        transaction: (commands) => {
          const multi = client.multi();
          for (const command of commands) multi.addCommand(command);
          return multi.exec();
        },
        pipeline: (commands) => {
          const multi = client.multi();
          for (const command of commands) multi.addCommand(command);
          return multi.execAsPipeline();
        },
        listeners: () => client.eventNames().reduce((sum, event) => sum + client.listenerCount(event), 0),
        async close() {
          if (client.isOpen) client.destroy();
        },
      };
    },
  };
}
