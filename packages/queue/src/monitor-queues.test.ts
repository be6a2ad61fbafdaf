import { isUnobserved, systemClock } from '@telltale/core';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { postgres6 } from '../test/drivers.ts';
import { testMonitor } from '../test/test-monitor.ts';
import { monitorQueues } from './index.ts';

describe('monitorQueues', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ own: true });
  });
  afterAll(() => redis.stop());

  const clients = {
    async ioredis() {
      const client = new Redis(redis.url);
      onTestFinished(() => client.disconnect());
      await client.ping();
      return client;
    },
    async 'node-redis'() {
      const client = await createClient({ url: redis.url }).connect();
      onTestFinished(() => client.destroy());
      return client;
    },
  };

  for (const [name, connect] of Object.entries(clients)) {
    it(`finds the queues of a prefix that no one named, by ${name}, and forgets those that are gone`, async () => {
      const { monitor, scrape, errors } = testMonitor({ clock: systemClock });
      const connection = { url: redis.url };
      const prefix = `app[${name}]*`;
      const queues = ['mails', 'reports'].map((each) => new Queue(each, { connection, prefix }));
      const stranger = new Queue('stranger', { connection, prefix: `app-${name}-x` });
      onTestFinished(async () => void (await Promise.all([...queues, stranger].map((each) => each.close()))));
      await queues[0]!.addBulk(Array.from({ length: 1_500 }, (_, i) => ({ name: 'send', data: i })));
      await queues[1]!.add('monthly', {}, { delay: 60_000 });
      await stranger.add('unseen', {});
      for (const each of [...queues, stranger]) await each.getVersion();

      const client = await connect();
      const seen = unobservedCalls(client);
      const found = monitorQueues({ monitor, connection: client, prefix });
      expect([...(await found.refresh())].sort()).toEqual(['mails', 'reports']);
      const text = await scrape('queue_depth');
      expect(text).toContain('queue="mails",state="waiting"} 1500');
      expect(text).toContain('queue="reports",state="delayed"} 1');
      expect(text).not.toContain('stranger');
      // So that it is no operation of a cache, where the client is monitored as one.
      expect([seen.length > 20, seen.every(Boolean)]).toEqual([true, true]);

      await queues[0]!.obliterate({ force: true });
      expect(await found.refresh()).toEqual(['reports']);
      expect(await scrape('queue_depth')).not.toContain('mails');
      found.close();
      expect(await scrape('queue_depth')).toBe('');
      expect(errors).toEqual([]);
    });
  }

  it('finds the queues of the Postgres backend', async () => {
    const backend = await postgres6.start();
    const { monitor, scrape, errors } = testMonitor({ clock: systemClock });
    const queue = backend.queue('billing');
    await queue.add('invoice', {});
    // The row that names the queue is written beside.
    await queue.getVersion();
    const { connectionString } = queue.opts.connection as unknown as { connectionString: string };
    const pool = new pg.Pool({ connectionString });
    const found = monitorQueues({ monitor, connection: pool });
    expect(await found.refresh()).toContain('billing');
    expect(await scrape('queue_depth')).toContain('queue="billing",state="waiting"} 1');
    found.close();
    await queue.close();
    await pool.end();
    await backend.stop();
    expect(errors).toEqual([]);
  });

  it('says at once when it is given settings in place of a client', () => {
    expect(() => monitorQueues({ connection: { host: '127.0.0.1' } })).toThrow(/hand it over, not its settings/);
  });
});

/** Whether each command that goes through a client from now on is known for Telltale's own. */
function unobservedCalls(client: object): readonly boolean[] {
  const holder = client as { sendCommand(...args: unknown[]): unknown };
  const { sendCommand } = holder;
  const seen: boolean[] = [];
  holder.sendCommand = function (...args) {
    seen.push(isUnobserved());
    return sendCommand.apply(this, args);
  };
  return seen;
}
