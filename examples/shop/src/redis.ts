import { Redis } from 'ioredis';

/**
 * Sees that there is a Redis at the address: both ioredis and BullMQ would wait for one for ever.
 *
 * @throws {Error} naming the server, never the password.
 */
export async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let problem: Error | undefined;
  redis.on('error', (error) => {
    problem = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    const { message, code } = (problem ?? cause) as Error & { readonly code?: string };
    throw new Error(`The Redis at ${new URL(url).host} cannot be used: ${message || code}`, { cause });
  } finally {
    redis.disconnect();
  }
}
